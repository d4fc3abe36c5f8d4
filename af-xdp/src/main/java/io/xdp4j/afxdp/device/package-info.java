/// Real interfaces as devices of a datapath, through AF_XDP.
@NullMarked
package io.xdp4j.afxdp.device;

import org.jspecify.annotations.NullMarked;
