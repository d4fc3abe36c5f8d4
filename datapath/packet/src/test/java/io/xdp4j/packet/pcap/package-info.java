/// Tests.
@NullMarked
package io.xdp4j.packet.pcap;

import org.jspecify.annotations.NullMarked;
