/// Control of network devices through ioctls: addresses, MTU and flags, offloads and channels, TAP.
@NullMarked
package io.xdp4j.linux.device;

import org.jspecify.annotations.NullMarked;
