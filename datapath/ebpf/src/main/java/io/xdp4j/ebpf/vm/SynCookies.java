package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// SYN cookies: sequence numbers that carry a segment size and prove that we sent them.
///
/// Secrets come from the runtime's seed; the kernel's are its own, so neither takes the other's.
///
/// Thread: any; immutable.
/// Kernel: net/ipv4/syncookies.c, net/ipv6/syncookies.c.
@HotPath
public final class SynCookies {
    private static final int[] IPV4_SIZES = {536, 1_300, 1_440, 1_460};
    private static final int[] IPV6_SIZES = {1_220, 1_420, 1_440, 8_940};

    private static final int DATA_BITS = 24;
    private static final int DATA_MASK = (1 << DATA_BITS) - 1;
    private static final int MAX_AGE_MINUTES = 2;
    private static final long NANOS_PER_MINUTE = 60_000_000_000L;

    private final BpfClock clock;
    private final SipHash base;
    private final SipHash aged;

    SynCookies(BpfClock clock, long seed) {
        this.clock = clock;
        base = new SipHash(mix(seed), mix(seed + 1));
        aged = new SipHash(mix(seed + 2), mix(seed + 3));
    }

    private static long mix(long seed) {
        long mixed = (seed ^ (seed >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return mixed ^ (mixed >>> 31);
    }

    /// The cookie for a SYN in the low 32 bits, the segment size it carries above them.
    ///
    /// @param ip address of the IP header
    /// @param tcp address of the TCP header
    /// @param size segment size that the peer offers
    public long make(boolean v6, long ip, long tcp, int size) {
        int[] sizes = v6 ? IPV6_SIZES : IPV4_SIZES;
        int index = sizes.length - 1;
        while (index > 0 && size < sizes[index]) {
            index--;
        }
        int minute = minute();
        int sequence = RawMemory.getIntBe(tcp + 4);
        int cookie =
                hash(base, v6, ip, tcp, 0)
                        + sequence
                        + (minute << DATA_BITS)
                        + ((hash(aged, v6, ip, tcp, minute) + index) & DATA_MASK);
        return (cookie & 0xffff_ffffL) | (long) sizes[index] << 32;
    }

    /// The segment size in the cookie that an ACK confirms; 0 for an old or foreign one.
    public int check(boolean v6, long ip, long tcp) {
        int sequence = RawMemory.getIntBe(tcp + 4) - 1;
        int cookie = RawMemory.getIntBe(tcp + 8) - 1 - hash(base, v6, ip, tcp, 0) - sequence;
        int minute = minute();
        int age = (minute - (cookie >>> DATA_BITS)) & (-1 >>> DATA_BITS);
        if (age >= MAX_AGE_MINUTES) {
            return 0;
        }
        int index = (cookie - hash(aged, v6, ip, tcp, minute - age)) & DATA_MASK;
        int[] sizes = v6 ? IPV6_SIZES : IPV4_SIZES;
        return index < sizes.length ? sizes[index] : 0;
    }

    private int minute() {
        return (int) (clock.monotonicNanos() / NANOS_PER_MINUTE);
    }

    /// Of addresses, ports and the minute.
    private static int hash(SipHash hash, boolean v6, long ip, long tcp, int minute) {
        long ports = RawMemory.getInt(tcp) & 0xffff_ffffL;
        if (v6) {
            return (int)
                    hash.hash(
                            RawMemory.getLong(ip + 8),
                            RawMemory.getLong(ip + 16),
                            RawMemory.getLong(ip + 24),
                            RawMemory.getLong(ip + 32),
                            (minute & 0xffff_ffffL) | ports << 32);
        }
        return (int) hash.hash(RawMemory.getLong(ip + 12), ports | (long) minute << 32);
    }
}
