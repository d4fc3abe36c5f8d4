/// Tests of the type format.
@NullMarked
package io.xdp4j.ebpf.btf;

import org.jspecify.annotations.NullMarked;
