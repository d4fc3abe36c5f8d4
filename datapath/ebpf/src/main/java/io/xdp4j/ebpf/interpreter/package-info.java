/// Runs programs one instruction at a time on checked memory: the oracle of the other engine.
@NullMarked
package io.xdp4j.ebpf.interpreter;

import org.jspecify.annotations.NullMarked;
