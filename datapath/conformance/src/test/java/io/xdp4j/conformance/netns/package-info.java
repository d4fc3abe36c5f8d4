/// The tools on real links: hosts in network namespaces of their own around a switch.
@NullMarked
package io.xdp4j.conformance.netns;

import org.jspecify.annotations.NullMarked;
