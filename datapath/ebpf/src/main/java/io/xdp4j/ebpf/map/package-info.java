/// Maps with the kernel's semantics and error numbers, values outside the heap.
@NullMarked
package io.xdp4j.ebpf.map;

import org.jspecify.annotations.NullMarked;
