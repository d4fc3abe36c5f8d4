/// What a program runs on: the machine of a CPU, its packet, the runtime around it.
@NullMarked
package io.xdp4j.ebpf.vm;

import org.jspecify.annotations.NullMarked;
