/// Compiles programs to hidden classes of JVM bytecode.
@NullMarked
package io.xdp4j.ebpf.jit;

import org.jspecify.annotations.NullMarked;
