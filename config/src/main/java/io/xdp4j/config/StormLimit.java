package io.xdp4j.config;

/// How many frames a second a port may send into the switch that would be flooded.
///
/// Thread: immutable. Owns: nothing. Fails: never. Kernel: none; hardware switches call it storm
/// control.
///
/// @param broadcast frames a second to the broadcast address; [#NONE] is no limit
/// @param multicast frames a second to other group addresses; [#NONE] is no limit
/// @param unknownUnicast frames a second to addresses not in the table; [#NONE] is no limit
public record StormLimit(long broadcast, long multicast, long unknownUnicast) {

    /// No limit.
    public static final long NONE = 0;

    /// No limit on any kind.
    public static final StormLimit UNLIMITED = new StormLimit(NONE, NONE, NONE);
}
