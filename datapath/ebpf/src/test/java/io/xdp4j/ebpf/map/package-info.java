/// Tests of maps.
@NullMarked
package io.xdp4j.ebpf.map;

import org.jspecify.annotations.NullMarked;
