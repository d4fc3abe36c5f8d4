/// Tests of the rings.
@NullMarked
package io.xdp4j.core.ring;

import org.jspecify.annotations.NullMarked;
