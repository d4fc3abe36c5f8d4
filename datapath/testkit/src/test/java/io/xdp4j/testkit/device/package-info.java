/// Tests of the core's devices, as a device's user sees them.
@NullMarked
package io.xdp4j.testkit.device;

import org.jspecify.annotations.NullMarked;
