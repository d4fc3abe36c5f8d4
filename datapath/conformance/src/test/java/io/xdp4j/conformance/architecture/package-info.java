/// Rules on the shape of the code: directions of dependencies, names, what the hot path may do.
@NullMarked
package io.xdp4j.conformance.architecture;

import org.jspecify.annotations.NullMarked;
