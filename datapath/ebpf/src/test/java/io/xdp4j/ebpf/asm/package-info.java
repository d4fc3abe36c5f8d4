/// Tests of the assembler and the disassembler.
@NullMarked
package io.xdp4j.ebpf.asm;

import org.jspecify.annotations.NullMarked;
