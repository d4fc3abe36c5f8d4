package io.xdp4j.programs.balance;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// The symmetric hash over an address pair and its protocol, bit for bit as the kernel samples have
/// it.
///
/// The addresses are added as 32-bit words that the processor loads little-endian from the wire,
/// and the four bytes of the sum go through SuperFastHash. Addition commutes, so both directions of
/// a flow have the same hash; ports do not count.
///
/// Thread: any.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `get_ipv4_hash_ip_pair`, `get_ipv6_hash_ip_pair` of xdp_redirect_cpu.bpf.c,
/// `SuperFastHash` of hash_func01.h.
@HotPath
public final class FlowHash {
    /// Start value, to which the protocol is added (`INITVAL`).
    private static final int INITVAL = 15485863;

    /// The hash of a packet that is no IP, or too short for its IP header.
    public static final int NONE = 0;

    private static final int IPV4_HEADER = 20;
    private static final int IPV4_PROTOCOL = 9;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV6_HEADER = 40;
    private static final int IPV6_NEXT_HEADER = 6;
    private static final int IPV6_SOURCE = 8;

    private FlowHash() {}

    /// The hash of the IPv4 packet from `at` up to `end`.
    static int ofIpv4(long at, long end) {
        if (at + IPV4_HEADER > end) {
            return NONE;
        }
        int sum = RawMemory.getInt(at + IPV4_SOURCE) + RawMemory.getInt(at + IPV4_SOURCE + 4);
        return of(sum, RawMemory.u8(at + IPV4_PROTOCOL));
    }

    /// The hash of the IPv6 packet from `at` up to `end`; its protocol is the first next-header.
    static int ofIpv6(long at, long end) {
        if (at + IPV6_HEADER > end) {
            return NONE;
        }
        int sum = 0;
        for (int word = 0; word < 32; word += 4) {
            sum += RawMemory.getInt(at + IPV6_SOURCE + word);
        }
        return of(sum, RawMemory.u8(at + IPV6_NEXT_HEADER));
    }

    /// The hash of a sum of addresses and a protocol number.
    public static int of(int addressSum, int protocol) {
        int hash = INITVAL + protocol;
        hash += addressSum & 0xffff;
        int mixed = ((addressSum >>> 16) << 11) ^ hash;
        hash = (hash << 16) ^ mixed;
        hash += hash >>> 11;
        return avalanche(hash);
    }

    private static int avalanche(int value) {
        int hash = value;
        hash ^= hash << 3;
        hash += hash >>> 5;
        hash ^= hash << 4;
        hash += hash >>> 17;
        hash ^= hash << 25;
        hash += hash >>> 6;
        return hash;
    }
}
