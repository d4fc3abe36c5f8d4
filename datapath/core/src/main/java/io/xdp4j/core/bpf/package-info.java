/// eBPF programs and their redirect maps in a datapath.
@NullMarked
package io.xdp4j.core.bpf;

import org.jspecify.annotations.NullMarked;
