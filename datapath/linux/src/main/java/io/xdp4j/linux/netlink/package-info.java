/// rtnetlink: devices, addresses, routes and neighbours of a network namespace, listed and as events.
@NullMarked
package io.xdp4j.linux.netlink;

import org.jspecify.annotations.NullMarked;
