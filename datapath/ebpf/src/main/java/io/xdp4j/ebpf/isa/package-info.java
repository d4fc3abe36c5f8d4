/// The instruction set of RFC 9669 and what clang and the kernel add to it.
@NullMarked
package io.xdp4j.ebpf.isa;

import org.jspecify.annotations.NullMarked;
