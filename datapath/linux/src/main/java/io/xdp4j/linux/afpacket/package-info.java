/// AF_PACKET: sockets, options, ring layouts and the offload header of frames.
@NullMarked
package io.xdp4j.linux.afpacket;

import org.jspecify.annotations.NullMarked;
