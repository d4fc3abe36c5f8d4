/// Cases of the instruction set, as data for the tests of both engines.
@NullMarked
package io.xdp4j.ebpf.isa;

import org.jspecify.annotations.NullMarked;
