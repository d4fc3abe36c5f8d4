/// Live objects: programs that run, maps that hold values.
@NullMarked
package io.xdp4j.ebpf.collection;

import org.jspecify.annotations.NullMarked;
