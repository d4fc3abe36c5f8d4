/// Capture files: reading, writing, and an emulated NIC whose wire they are.
@NullMarked
package io.xdp4j.packet.pcap;

import org.jspecify.annotations.NullMarked;
