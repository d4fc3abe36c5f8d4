/// The tools of the kernel's `samples/bpf`, with their options and their output.
@NullMarked
package io.xdp4j.tools.classic;

import org.jspecify.annotations.NullMarked;
