/// Runs programs on packets as the kernel's `BPF_PROG_TEST_RUN` does.
@NullMarked
package io.xdp4j.ebpf.testrun;

import org.jspecify.annotations.NullMarked;
