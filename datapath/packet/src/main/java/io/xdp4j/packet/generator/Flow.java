package io.xdp4j.packet.generator;

import io.xdp4j.packet.generator.GeneratorSpec.Protocol;
import java.util.SplittableRandom;

/// One flow: who talks to whom.
///
/// @param protocol what the IP header carries
/// @param ipv6 whether that is an IPv6 header
/// @param sourceHost number of the sender, different in each flow
/// @param destinationHost number of the receiver
/// @param sourcePort port, or the identifier of an echo request
/// @param destinationPort port
record Flow(
        Protocol protocol,
        boolean ipv6,
        int sourceHost,
        int destinationHost,
        int sourcePort,
        int destinationPort) {
    /// Hosts are numbered with this many bits; each side has one half of 10.0.0.0/8.
    private static final int HOST_MASK = 0x7f_ffff;

    private static final int SPREAD = 0x9e37_79b1;
    private static final int FIRST_PORT = 1024;
    private static final int END_PORT = 65536;

    /// The flow of a number; draws from `random` what is not unique.
    static Flow of(int index, GeneratorSpec spec, SplittableRandom random, int offset) {
        int protocols = spec.protocols().size();
        int version = spec.ipVersions().get(index / protocols % spec.ipVersions().size());
        return new Flow(
                spec.protocols().get(index % protocols),
                version == 6,
                // An odd factor makes this a permutation.
                (index * SPREAD + offset) & HOST_MASK,
                random.nextInt() & HOST_MASK,
                random.nextInt(FIRST_PORT, END_PORT),
                random.nextInt(FIRST_PORT, END_PORT));
    }
}
