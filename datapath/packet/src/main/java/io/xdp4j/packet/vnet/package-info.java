/// The offload header that packet sockets and TAP put before a frame.
@NullMarked
package io.xdp4j.packet.vnet;

import org.jspecify.annotations.NullMarked;
