/// Tests of the veth pairs, through the interfaces that their users have.
@NullMarked
package io.xdp4j.veth;

import org.jspecify.annotations.NullMarked;
