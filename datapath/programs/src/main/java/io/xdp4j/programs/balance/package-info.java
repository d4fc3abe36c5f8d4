/// Spreading flows over the workers by their hash.
@NullMarked
package io.xdp4j.programs.balance;

import org.jspecify.annotations.NullMarked;
