/// Tests.
@NullMarked
package io.xdp4j.packet.generator;

import org.jspecify.annotations.NullMarked;
