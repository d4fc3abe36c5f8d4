/// Tests of specs and of linking.
@NullMarked
package io.xdp4j.ebpf.program;

import org.jspecify.annotations.NullMarked;
