/// Checksum and segmentation offloads that a frame carries, and finishing them in software.
@NullMarked
package io.xdp4j.core.offload;

import org.jspecify.annotations.NullMarked;
