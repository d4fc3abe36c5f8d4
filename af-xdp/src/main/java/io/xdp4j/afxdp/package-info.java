/// UMEM, the four rings with the kernel's layout, and AF_XDP sockets.
@NullMarked
package io.xdp4j.afxdp;

import org.jspecify.annotations.NullMarked;
