/// Tests of the interpreter.
@NullMarked
package io.xdp4j.ebpf.interpreter;

import org.jspecify.annotations.NullMarked;
