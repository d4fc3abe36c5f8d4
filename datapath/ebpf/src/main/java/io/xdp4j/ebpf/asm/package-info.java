/// Instructions as text, in the style of the kernel's verifier log, and from Java.
@NullMarked
package io.xdp4j.ebpf.asm;

import org.jspecify.annotations.NullMarked;
