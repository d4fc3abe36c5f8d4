/// Forwarding by the host's routes, which the kernel's sample and xdp-tools have under different options.
@NullMarked
package io.xdp4j.tools.forward;

import org.jspecify.annotations.NullMarked;
