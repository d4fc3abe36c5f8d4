/// What is loaded: program types, specs, programs ready to verify and run.
@NullMarked
package io.xdp4j.ebpf.program;

import org.jspecify.annotations.NullMarked;
