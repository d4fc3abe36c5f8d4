/// Follows the state of the host's interfaces over rtnetlink.
@NullMarked
package io.xdp4j.packet.link;

import org.jspecify.annotations.NullMarked;
