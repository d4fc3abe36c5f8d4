/// Frames: off-heap chunks of 4096 bytes with the kernel's geometry, their pool, and the view a
/// program sees.
@NullMarked
package io.xdp4j.core.frame;

import org.jspecify.annotations.NullMarked;
