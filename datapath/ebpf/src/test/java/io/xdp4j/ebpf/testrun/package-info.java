/// Tests of test runs.
@NullMarked
package io.xdp4j.ebpf.testrun;

import org.jspecify.annotations.NullMarked;
