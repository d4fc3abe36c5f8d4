@NullMarked
package io.xdp4j.ebpf.jit;

import org.jspecify.annotations.NullMarked;
