/// BPF type format: parsing, printing, CO-RE relocations.
@NullMarked
package io.xdp4j.ebpf.btf;

import org.jspecify.annotations.NullMarked;
