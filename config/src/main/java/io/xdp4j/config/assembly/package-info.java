/// Makes a running datapath of a configuration.
@NullMarked
package io.xdp4j.config.assembly;

import org.jspecify.annotations.NullMarked;
