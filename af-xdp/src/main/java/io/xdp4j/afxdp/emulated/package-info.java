/// AF_XDP sockets on the datapath's own devices.
@NullMarked
package io.xdp4j.afxdp.emulated;

import org.jspecify.annotations.NullMarked;
