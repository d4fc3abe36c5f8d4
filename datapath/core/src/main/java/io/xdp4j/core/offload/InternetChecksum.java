package io.xdp4j.core.offload;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// The ones' complement sum of RFC 1071 over raw memory.
@HotPath
public final class InternetChecksum {
    private InternetChecksum() {}

    /// Adds `length` bytes to an unfolded sum. The area counts as starting at an even position.
    public static long add(long sum, long address, int length) {
        int at = 0;
        long total = sum;
        for (; at + 4 <= length; at += 4) {
            total += RawMemory.getInt(address + at) & 0xffff_ffffL;
        }
        if (at + 2 <= length) {
            total += RawMemory.getShort(address + at) & 0xffffL;
            at += 2;
        }
        if (at < length) {
            total += RawMemory.u8(address + at);
        }
        return total;
    }

    /// Folds a sum to 16 bits, in the byte order of memory.
    public static int fold(long sum) {
        long folded = (sum & 0xffff_ffffL) + (sum >>> 32);
        folded = (folded & 0xffff_ffffL) + (folded >>> 32);
        folded = (folded & 0xffff) + (folded >>> 16);
        folded = (folded & 0xffff) + (folded >>> 16);
        return (int) folded;
    }

    /// The folded sum from `start` bytes behind the data to the end of the packet, all chunks.
    public static int ofPacket(XdpFrame frame, int start) {
        long sum = 0;
        boolean odd = false;
        int skip = start;
        for (XdpFrame part = frame; part != null; part = part.nextFrag()) {
            int length = part.length() - skip;
            if (length <= 0) {
                skip = -length;
                continue;
            }
            int folded = fold(add(0, part.data() + skip, length));
            sum += odd ? Integer.reverseBytes(folded) >>> 16 : folded;
            odd ^= (length & 1) != 0;
            skip = 0;
        }
        return fold(sum);
    }

    /// The value to store for a folded sum, never zero where zero means "no checksum".
    public static int complement(int folded, boolean avoidZero) {
        int value = ~folded & 0xffff;
        return value == 0 && avoidZero ? 0xffff : value;
    }
}
