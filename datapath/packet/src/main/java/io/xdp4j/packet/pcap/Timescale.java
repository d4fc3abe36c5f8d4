package io.xdp4j.packet.pcap;

import io.xdp4j.ebpf.HotPath;

/// What the timestamps of a pcapng interface mean: `if_tsresol` and `if_tsoffset`.
///
/// Thread: immutable.
/// Fails: never; a time that has no place in 64 bits of nanoseconds becomes nonsense, as it is.
final class Timescale {
    /// The resolution unless an interface says otherwise.
    static final int MICROS = 6;

    private static final int POWER_OF_TWO = 0x80;
    private static final long NANOS = 1_000_000_000;
    private static final int LARGEST_POWER_OF_TEN = 18;

    private final long multiplier;
    private final long divisor;
    private final int shift;
    private final long offsetNanos;

    /// `resolution` is the exponent of 1/10, or with bit 7 that of 1/2.
    Timescale(int resolution, long offsetSeconds) {
        offsetNanos = offsetSeconds * NANOS;
        int exponent = resolution & ~POWER_OF_TWO;
        boolean binary = (resolution & POWER_OF_TWO) != 0;
        shift = binary ? Math.min(exponent, Long.SIZE - 1) : 0;
        multiplier = binary ? NANOS : powerOfTen(9 - exponent);
        divisor = binary ? 1 : powerOfTen(exponent - 9);
    }

    private static long powerOfTen(int exponent) {
        long power = 1;
        for (int i = 0; i < Math.min(exponent, LARGEST_POWER_OF_TEN); i++) {
            power *= 10;
        }
        return power;
    }

    @HotPath
    long nanos(long ticks) {
        if (shift == 0) {
            return Long.divideUnsigned(ticks * multiplier, divisor) + offsetNanos;
        }
        long high = Math.unsignedMultiplyHigh(ticks, multiplier);
        long low = ticks * multiplier;
        return ((high << (Long.SIZE - shift)) | (low >>> shift)) + offsetNanos;
    }
}
