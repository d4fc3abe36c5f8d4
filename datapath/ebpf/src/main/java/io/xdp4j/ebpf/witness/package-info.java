/// Packets on which a rejected program goes wrong: found by running it with checked memory.
@NullMarked
package io.xdp4j.ebpf.witness;

import org.jspecify.annotations.NullMarked;
