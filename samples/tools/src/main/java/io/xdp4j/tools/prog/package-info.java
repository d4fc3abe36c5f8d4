/// `xdp4j prog`: load, run and look at eBPF programs.
@NullMarked
package io.xdp4j.tools.prog;

import org.jspecify.annotations.NullMarked;
