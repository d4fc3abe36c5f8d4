/// Workers: one Netty event loop each, with NAPI polling in front of its epoll.
@NullMarked
package io.xdp4j.core.napi;

import org.jspecify.annotations.NullMarked;
