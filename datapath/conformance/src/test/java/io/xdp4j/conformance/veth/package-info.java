/// The in-process veth pair against the kernel's.
@NullMarked
package io.xdp4j.conformance.veth;

import org.jspecify.annotations.NullMarked;
