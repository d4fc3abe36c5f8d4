package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.HotPath;

/// Arithmetic of the instruction set that the JVM has no single instruction for.
///
/// Kernel: RFC 9669, section 4.1: division by zero gives 0, modulo by zero the dividend.
@HotPath
final class Arithmetic {
    private static final long LOW = 0xffff_ffffL;

    private Arithmetic() {}

    static long div(long dividend, long divisor) {
        return divisor == 0 ? 0 : Long.divideUnsigned(dividend, divisor);
    }

    static long mod(long dividend, long divisor) {
        return divisor == 0 ? dividend : Long.remainderUnsigned(dividend, divisor);
    }

    static long sdiv(long dividend, long divisor) {
        return divisor == 0 ? 0 : dividend / divisor;
    }

    static long smod(long dividend, long divisor) {
        return divisor == 0 ? dividend : dividend % divisor;
    }

    static long div32(long dividend, long divisor) {
        int by = (int) divisor;
        return by == 0 ? 0 : Integer.divideUnsigned((int) dividend, by) & LOW;
    }

    static long mod32(long dividend, long divisor) {
        int by = (int) divisor;
        return (by == 0 ? (int) dividend : Integer.remainderUnsigned((int) dividend, by)) & LOW;
    }

    static long sdiv32(long dividend, long divisor) {
        int by = (int) divisor;
        return by == 0 ? 0 : ((int) dividend / by) & LOW;
    }

    static long smod32(long dividend, long divisor) {
        int by = (int) divisor;
        return (by == 0 ? (int) dividend : (int) dividend % by) & LOW;
    }

    /// Division by a positive constant: halves first, so that HotSpot may multiply instead.
    static long divByConstant(long dividend, long divisor) {
        long quotient = ((dividend >>> 1) / divisor) << 1;
        long rest = dividend - quotient * divisor;
        return Long.compareUnsigned(rest, divisor) >= 0 ? quotient + 1 : quotient;
    }

    /// Remainder for a positive constant.
    static long modByConstant(long dividend, long divisor) {
        long rest = dividend - (((dividend >>> 1) / divisor) << 1) * divisor;
        return Long.compareUnsigned(rest, divisor) >= 0 ? rest - divisor : rest;
    }

    static long swap16(long value) {
        return Character.reverseBytes((char) value);
    }

    static long swap32(long value) {
        return Integer.reverseBytes((int) value) & LOW;
    }
}
