/// The tools of xdp-tools, with its options and its output: `bench`, `trafficgen`, `loader`,
/// `filter` and `dump`, which also answer to its names (`xdp-bench`, ...).
///
/// Where xdp-tools changes the kernel and ends, these change a running datapath and end: programs
/// that `loader` and `filter` load stay in it.
@NullMarked
package io.xdp4j.tools.xdptools;

import org.jspecify.annotations.NullMarked;
