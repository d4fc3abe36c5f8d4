package io.xdp4j.core.device;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// Receive-side scaling: which queue of an emulated NIC a frame arrives at.
///
/// Hashes the IP addresses, and the ports of TCP and UDP packets that are no fragments, behind up
/// to two VLAN tags; the low bits of the hash choose from an indirection table. What is not IP has
/// hash 0 and goes to queue 0.
///
/// Thread: any; a new indirection table takes effect with the next frame.
/// Kernel: `ethtool_rxfh_indir_default`, `ethtool -x`.
public final class RssTable {
    /// Entries of the indirection table.
    public static final int ENTRIES = 128;

    private static final int ETH_P_IP = 0x0800;
    private static final int ETH_P_IPV6 = 0x86dd;
    private static final int ETH_P_8021Q = 0x8100;
    private static final int ETH_P_8021AD = 0x88a8;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;
    private static final int IPV4_ADDRESSES = 8;
    private static final int IPV6_ADDRESSES = 32;
    private static final int IPV4_FRAGMENT = 0x3fff;

    private final int queues;
    private final ToeplitzHash toeplitz;
    private volatile byte[] indirection;

    /// Spreads over `queues` queues evenly, with the default key.
    public RssTable(int queues) {
        this(queues, ToeplitzHash.DEFAULT);
    }

    public RssTable(int queues, ToeplitzHash toeplitz) {
        if (queues < 1 || queues > 128) {
            throw new IllegalArgumentException("queues: " + queues + " (expected: 1..128)");
        }
        this.queues = queues;
        this.toeplitz = toeplitz;
        byte[] even = new byte[ENTRIES];
        for (int i = 0; i < ENTRIES; i++) {
            even[i] = (byte) (i % queues);
        }
        this.indirection = even;
    }

    /// Replaces the indirection table by one of [#ENTRIES] queue numbers.
    public void setIndirection(int[] table) {
        if (table.length != ENTRIES) {
            throw new IllegalArgumentException(
                    "table: " + table.length + " entries (expected: " + ENTRIES + ")");
        }
        byte[] next = new byte[ENTRIES];
        for (int i = 0; i < ENTRIES; i++) {
            if (table[i] < 0 || table[i] >= queues) {
                throw new IllegalArgumentException(
                        "table[" + i + "]: " + table[i] + " (expected: 0.." + (queues - 1) + ")");
            }
            next[i] = (byte) table[i];
        }
        indirection = next;
    }

    /// A copy of the indirection table.
    public int[] indirection() {
        byte[] now = indirection;
        int[] copy = new int[ENTRIES];
        for (int i = 0; i < ENTRIES; i++) {
            copy[i] = now[i];
        }
        return copy;
    }

    /// The queue of the frame at `data`, of which `length` bytes can be read.
    @HotPath
    public int queueOf(long data, int length) {
        return indirection[hash(data, length) & (ENTRIES - 1)];
    }

    /// The hash of the frame at `data`; 0 when it is no IP packet or too short.
    @HotPath
    public int hash(long data, int length) {
        int at = 12;
        int type = length < at + 2 ? 0 : RawMemory.u16be(data + at);
        for (int tags = 0; tags < 2 && isTag(type); tags++) {
            at += 4;
            type = length < at + 2 ? 0 : RawMemory.u16be(data + at);
        }
        int network = at + 2;
        return switch (type) {
            case ETH_P_IP -> ipv4(data + network, length - network);
            case ETH_P_IPV6 -> ipv6(data + network, length - network);
            default -> 0;
        };
    }

    private static boolean isTag(int type) {
        return type == ETH_P_8021Q || type == ETH_P_8021AD;
    }

    @HotPath
    private int ipv4(long header, int length) {
        if (length < 20) {
            return 0;
        }
        int hash = toeplitz.add(0, 0, header + 12, IPV4_ADDRESSES);
        int headerBytes = (RawMemory.u8(header) & 0xf) * 4;
        boolean ports =
                hasPorts(RawMemory.u8(header + 9))
                        && (RawMemory.u16be(header + 6) & IPV4_FRAGMENT) == 0
                        && headerBytes >= 20
                        && length >= headerBytes + 4;
        return ports ? toeplitz.add(hash, IPV4_ADDRESSES, header + headerBytes, 4) : hash;
    }

    @HotPath
    private int ipv6(long header, int length) {
        if (length < 40) {
            return 0;
        }
        int hash = toeplitz.add(0, 0, header + 8, IPV6_ADDRESSES);
        boolean ports = hasPorts(RawMemory.u8(header + 6)) && length >= 44;
        return ports ? toeplitz.add(hash, IPV6_ADDRESSES, header + 40, 4) : hash;
    }

    private static boolean hasPorts(int protocol) {
        return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
    }
}
