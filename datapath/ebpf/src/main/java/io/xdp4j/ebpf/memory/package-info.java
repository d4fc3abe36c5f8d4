/// Loads and stores at raw addresses.
@NullMarked
package io.xdp4j.ebpf.memory;

import org.jspecify.annotations.NullMarked;
