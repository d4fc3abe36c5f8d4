/// Reads ELF objects that clang made: programs, maps, types.
@NullMarked
package io.xdp4j.ebpf.elf;

import org.jspecify.annotations.NullMarked;
