package io.xdp4j.core.device;

import io.xdp4j.core.program.XdpProgram;
import org.jspecify.annotations.Nullable;

/// Where a tap sees a device's packets.
///
/// @param program the device's program, or one of its chain; null for whatever it has, as one
/// @param tap what sees them
public record TapPoint(@Nullable XdpProgram program, PacketTap tap) {}
