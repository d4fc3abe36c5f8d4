/// Follows the state of the host's interfaces over rtnetlink.
@NullMarked
package io.xdp4j.core.link;

import org.jspecify.annotations.NullMarked;
