/// Real interfaces through AF_PACKET sockets.
@NullMarked
package io.xdp4j.packet.afpacket;

import org.jspecify.annotations.NullMarked;
