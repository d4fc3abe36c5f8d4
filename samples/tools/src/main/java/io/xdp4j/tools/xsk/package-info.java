/// AF_XDP from the user's side, over interfaces of the host or devices of a datapath: `xdpsock` and
/// what other tools use of it.
///
/// [XskFace] is where sockets come from, [XskPort] what they share, an [XskLoop] what they do, an
/// [XskRun] who does it.
@NullMarked
package io.xdp4j.tools.xsk;

import org.jspecify.annotations.NullMarked;
