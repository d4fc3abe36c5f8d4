package io.xdp4j.packet.generator;

import io.xdp4j.core.offload.InternetChecksum;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.packet.generator.GeneratorSpec.Protocol;

/// Writes the first bytes of a flow's frames, checksums included.
///
/// Byte `i` of the payload is `i`, counted from the start of the frame, so that all frames share
/// what follows their headers.
///
/// Thread: one at a time.
final class TemplateWriter {
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;
    private static final int IPPROTO_ICMPV6 = 58;
    private static final int ETH_P_8021Q = 0x8100;
    private static final int ETH_P_IP = 0x0800;
    private static final int ETH_P_IPV6 = 0x86dd;
    private static final int SOURCE_NET = 10 << 24;
    private static final int DESTINATION_NET = SOURCE_NET | 0x80_0000;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int HOPS = 64;

    private final GeneratorSpec spec;
    private final long pattern;

    /// `pattern` is the address of the shared payload.
    TemplateWriter(GeneratorSpec spec, long pattern) {
        this.spec = spec;
        this.pattern = pattern;
    }

    /// Bytes of headers that the flow's frames have.
    int headerLength(Flow flow) {
        int transport = flow.protocol() == Protocol.TCP ? 20 : 8;
        return networkOffset() + (flow.ipv6() ? 40 : 20) + transport;
    }

    private int networkOffset() {
        return spec.vlan() == 0 ? 14 : 18;
    }

    /// Writes `room` bytes of a frame of `length` bytes.
    void write(long at, int room, Flow flow, boolean reverse, int length) {
        int headers = headerLength(flow);
        RawMemory.copy(pattern, at, room);
        putEthernet(at, flow, reverse);
        long network = at + networkOffset();
        int bytes = length - networkOffset();
        long transport = network + (flow.ipv6() ? 40 : 20);
        if (flow.ipv6()) {
            putIpv6(network, bytes - 40, flow, reverse);
        } else {
            putIpv4(network, bytes, flow, reverse);
        }
        int transportBytes = (int) (at + length - transport);
        int field =
                switch (flow.protocol()) {
                    case UDP -> putUdp(transport, transportBytes, flow, reverse);
                    case TCP -> putTcp(transport, flow, reverse);
                    case ICMP -> putEcho(transport, flow, reverse);
                };
        boolean hasPseudo = flow.ipv6() || flow.protocol() != Protocol.ICMP;
        long sum = hasPseudo ? pseudo(network, transportBytes, flow) : 0;
        sum = InternetChecksum.add(sum, transport, (int) (at + headers - transport));
        sum = InternetChecksum.add(sum, pattern + headers, length - headers);
        RawMemory.putShort(
                transport + field,
                InternetChecksum.complement(
                        InternetChecksum.fold(sum), flow.protocol() == Protocol.UDP));
    }

    private void putEthernet(long at, Flow flow, boolean reverse) {
        putMac(at, reverse ? spec.sourceMac() : spec.destinationMac());
        putMac(at + 6, reverse ? spec.destinationMac() : spec.sourceMac());
        if (spec.vlan() != 0) {
            RawMemory.putShortBe(at + 12, ETH_P_8021Q);
            RawMemory.putShortBe(at + 14, spec.vlan());
        }
        RawMemory.putShortBe(at + networkOffset() - 2, flow.ipv6() ? ETH_P_IPV6 : ETH_P_IP);
    }

    private static void putMac(long at, long mac) {
        RawMemory.putShortBe(at, (int) (mac >>> 32));
        RawMemory.putIntBe(at + 2, (int) mac);
    }

    private static void putIpv4(long at, int bytes, Flow flow, boolean reverse) {
        RawMemory.putIntBe(at, 0x4500_0000 | bytes);
        RawMemory.putIntBe(at + 4, DONT_FRAGMENT);
        RawMemory.putByte(at + 8, HOPS);
        RawMemory.putByte(at + 9, protocolNumber(flow));
        RawMemory.putShort(at + 10, 0);
        int source = SOURCE_NET | flow.sourceHost();
        int destination = DESTINATION_NET | flow.destinationHost();
        RawMemory.putIntBe(at + 12, reverse ? destination : source);
        RawMemory.putIntBe(at + 16, reverse ? source : destination);
        int sum = InternetChecksum.fold(InternetChecksum.add(0, at, 20));
        RawMemory.putShort(at + 10, InternetChecksum.complement(sum, false));
    }

    private static void putIpv6(long at, int bytes, Flow flow, boolean reverse) {
        RawMemory.putIntBe(at, 0x6000_0000);
        RawMemory.putShortBe(at + 4, bytes);
        RawMemory.putByte(at + 6, protocolNumber(flow));
        RawMemory.putByte(at + 7, HOPS);
        putIpv6Address(at + (reverse ? 24 : 8), 1, flow.sourceHost());
        putIpv6Address(at + (reverse ? 8 : 24), 2, flow.destinationHost());
    }

    /// `2001:db8:0:SIDE::HOST`
    private static void putIpv6Address(long at, int side, int host) {
        RawMemory.putLongBe(at, 0x2001_0db8_0000_0000L | side);
        RawMemory.putLongBe(at + 8, host);
    }

    private static int putUdp(long at, int bytes, Flow flow, boolean reverse) {
        putPorts(at, flow, reverse);
        RawMemory.putShortBe(at + 4, bytes);
        RawMemory.putShort(at + 6, 0);
        return 6;
    }

    private static int putTcp(long at, Flow flow, boolean reverse) {
        putPorts(at, flow, reverse);
        RawMemory.putIntBe(at + 4, 1);
        RawMemory.putIntBe(at + 8, 1);
        RawMemory.putIntBe(at + 12, 0x5010_ffff);
        RawMemory.putIntBe(at + 16, 0);
        return 16;
    }

    private static int putEcho(long at, Flow flow, boolean reverse) {
        int request = flow.ipv6() ? 128 : 8;
        int reply = flow.ipv6() ? 129 : 0;
        RawMemory.putShortBe(at, (reverse ? reply : request) << 8);
        RawMemory.putShort(at + 2, 0);
        RawMemory.putShortBe(at + 4, flow.sourcePort());
        RawMemory.putShortBe(at + 6, 1);
        return 2;
    }

    private static void putPorts(long at, Flow flow, boolean reverse) {
        RawMemory.putShortBe(at, reverse ? flow.destinationPort() : flow.sourcePort());
        RawMemory.putShortBe(at + 2, reverse ? flow.sourcePort() : flow.destinationPort());
    }

    private static long pseudo(long network, int bytes, Flow flow) {
        long sum =
                flow.ipv6()
                        ? InternetChecksum.add(0, network + 8, 32)
                        : InternetChecksum.add(0, network + 12, 8);
        // Both as memory order sees them.
        return sum + (protocolNumber(flow) << 8) + (Short.reverseBytes((short) bytes) & 0xffff);
    }

    private static int protocolNumber(Flow flow) {
        return switch (flow.protocol()) {
            case UDP -> IPPROTO_UDP;
            case TCP -> IPPROTO_TCP;
            case ICMP -> flow.ipv6() ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
        };
    }
}
