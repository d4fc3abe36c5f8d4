/// System calls, errno, mmap, sockets and netlink of Linux on x86-64 and arm64.
@NullMarked
package io.xdp4j.linux;

import org.jspecify.annotations.NullMarked;
