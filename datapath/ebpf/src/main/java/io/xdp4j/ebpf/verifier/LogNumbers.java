package io.xdp4j.ebpf.verifier;

/// Numbers as the kernel's log writes them: small ones in decimal, others in hex.
final class LogNumbers {
    private static final long UNSIGNED_DECIMAL_MAX = 0xffff;

    private LogNumbers() {}

    static String unsigned(long number) {
        return Long.compareUnsigned(number, UNSIGNED_DECIMAL_MAX) <= 0
                ? Long.toString(number)
                : hex(number);
    }

    static String signed(long number) {
        return isSignedDecimal(number) ? Long.toString(number) : hex(number);
    }

    static boolean isSignedDecimal(long number) {
        return number >= Short.MIN_VALUE && number <= Short.MAX_VALUE;
    }

    /// `%#llx`.
    static String hex(long number) {
        return "0x" + Long.toHexString(number);
    }
}
