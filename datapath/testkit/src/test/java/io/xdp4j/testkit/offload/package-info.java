/// Tests of the core's software offloads, as their user sees them.
@NullMarked
package io.xdp4j.testkit.offload;

import org.jspecify.annotations.NullMarked;
