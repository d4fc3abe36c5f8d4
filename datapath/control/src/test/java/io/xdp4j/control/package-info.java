/// Tests of sessions with a datapath, in this process and over the socket.
@NullMarked
package io.xdp4j.control;

import org.jspecify.annotations.NullMarked;
