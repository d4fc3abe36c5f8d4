/// eBPF objects of this repository and of others, in the tools and against the live kernel.
@NullMarked
package io.xdp4j.conformance.bpf;

import org.jspecify.annotations.NullMarked;
