/// The `bpf(2)` system call.
@NullMarked
package io.xdp4j.linux.bpf;

import org.jspecify.annotations.NullMarked;
