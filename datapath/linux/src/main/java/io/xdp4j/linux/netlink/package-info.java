/// rtnetlink: the devices, addresses, routes and neighbours of a network namespace, as a list and
// as events.
@NullMarked
package io.xdp4j.linux.netlink;

import org.jspecify.annotations.NullMarked;
