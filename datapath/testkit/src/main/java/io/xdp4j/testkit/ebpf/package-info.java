/// eBPF programs made by a grammar, for tests that hold the verifier and the engines to each other.
@NullMarked
package io.xdp4j.testkit.ebpf;

import org.jspecify.annotations.NullMarked;
