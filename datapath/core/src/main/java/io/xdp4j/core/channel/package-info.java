/// The host side of a device as a Netty channel.
@NullMarked
package io.xdp4j.core.channel;

import org.jspecify.annotations.NullMarked;
