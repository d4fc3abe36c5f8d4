/// Network devices, their queues, receive-side scaling, and the SPI that opens them.
@NullMarked
package io.xdp4j.core.device;

import org.jspecify.annotations.NullMarked;
