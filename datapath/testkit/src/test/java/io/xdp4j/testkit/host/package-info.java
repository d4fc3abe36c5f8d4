/// Tests of the core's host channels, as their user sees them.
@NullMarked
package io.xdp4j.testkit.host;

import org.jspecify.annotations.NullMarked;
