/// An emulated NIC whose wire is a packet generator.
@NullMarked
package io.xdp4j.packet.generator;

import org.jspecify.annotations.NullMarked;
