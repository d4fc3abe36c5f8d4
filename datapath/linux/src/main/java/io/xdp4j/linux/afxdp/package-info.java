/// AF_XDP sockets: constants, layouts and set-up calls.
@NullMarked
package io.xdp4j.linux.afxdp;

import org.jspecify.annotations.NullMarked;
