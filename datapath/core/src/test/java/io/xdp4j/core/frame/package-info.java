/// Tests of the pool.
@NullMarked
package io.xdp4j.core.frame;

import org.jspecify.annotations.NullMarked;
