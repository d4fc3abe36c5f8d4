/// Tests of reading object files.
@NullMarked
package io.xdp4j.ebpf.elf;

import org.jspecify.annotations.NullMarked;
