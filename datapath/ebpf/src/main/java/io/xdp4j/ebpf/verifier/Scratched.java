package io.xdp4j.ebpf.verifier;

/// Registers and stack slots that the instruction at hand touched, for the log.
final class Scratched {
    private int regs = -1;
    private long slots = -1;

    void reg(int number) {
        regs |= 1 << number;
    }

    void slot(int number) {
        slots |= 1L << number;
    }

    boolean hasReg(int number) {
        return (regs >>> number & 1) != 0;
    }

    boolean hasSlot(int number) {
        return (slots >>> number & 1) != 0;
    }

    boolean any() {
        return regs != 0 || slots != 0;
    }

    void clear() {
        regs = 0;
        slots = 0;
    }

    void all() {
        regs = -1;
        slots = -1;
    }
}
