/// TAP interfaces: the host's stack as the other end of a device.
@NullMarked
package io.xdp4j.packet.tap;

import org.jspecify.annotations.NullMarked;
