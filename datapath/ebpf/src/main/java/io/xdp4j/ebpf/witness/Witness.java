package io.xdp4j.ebpf.witness;

import java.util.HexFormat;
import java.util.List;

/// A run on which a rejected program does what it was rejected for.
///
/// @param packetHex the packet it ran on
/// @param maps entries that the maps had before, where any matters
/// @param trip what checked memory said: the instruction and the access
/// @param runs how many runs it took to find it
public record Witness(String packetHex, List<Entry> maps, String trip, int runs) {
    /// An entry of a map, in hex.
    public record Entry(String map, String key, String value) {}

    public Witness {
        maps = List.copyOf(maps);
    }

    public byte[] packet() {
        return HexFormat.of().parseHex(packetHex);
    }
}
