/// Raw memory, for this module only; the datapath has an accessor of its own.
@NullMarked
package io.xdp4j.linux.memory;

import org.jspecify.annotations.NullMarked;
