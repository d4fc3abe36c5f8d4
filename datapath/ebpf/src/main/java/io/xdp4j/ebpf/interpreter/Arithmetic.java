package io.xdp4j.ebpf.interpreter;

/// Arithmetic that takes more than one Java operator.
///
/// Kernel: RFC 9669, section 4.1: division by zero gives 0, modulo by zero the dividend, and the
/// lowest number divided by -1 itself.
final class Arithmetic {
    private static final long LOW = 0xffff_ffffL;

    private Arithmetic() {}

    static long div64(long dividend, long divisor) {
        return divisor == 0 ? 0 : Long.divideUnsigned(dividend, divisor);
    }

    static long mod64(long dividend, long divisor) {
        return divisor == 0 ? dividend : Long.remainderUnsigned(dividend, divisor);
    }

    static long sdiv64(long dividend, long divisor) {
        return divisor == 0 ? 0 : dividend / divisor;
    }

    static long smod64(long dividend, long divisor) {
        return divisor == 0 ? dividend : dividend % divisor;
    }

    static long div32(int dividend, int divisor) {
        return divisor == 0 ? 0 : Integer.divideUnsigned(dividend, divisor) & LOW;
    }

    static long mod32(int dividend, int divisor) {
        return (divisor == 0 ? dividend : Integer.remainderUnsigned(dividend, divisor)) & LOW;
    }

    static long sdiv32(int dividend, int divisor) {
        return divisor == 0 ? 0 : dividend / divisor & LOW;
    }

    static long smod32(int dividend, int divisor) {
        return (divisor == 0 ? dividend : dividend % divisor) & LOW;
    }

    static long truncate(long value, int bits) {
        return switch (bits) {
            case 16 -> value & 0xffff;
            case 32 -> value & LOW;
            default -> value;
        };
    }

    static long swap(long value, int bits) {
        return switch (bits) {
            case 16 -> Short.reverseBytes((short) value) & 0xffff;
            case 32 -> Integer.reverseBytes((int) value) & LOW;
            default -> Long.reverseBytes(value);
        };
    }
}
