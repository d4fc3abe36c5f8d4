/// What every package of the datapath shares.
@NullMarked
package io.xdp4j.core;

import org.jspecify.annotations.NullMarked;
