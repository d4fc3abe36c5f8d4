package io.xdp4j.ebpf.isa;

/// One eight-byte slot of a program.
///
/// A 64-bit immediate load takes two slots: the second has opcode 0 and the upper half in `imm`, so
/// that indexes here are the kernel's. Immutable.
///
/// Kernel: `struct bpf_insn`.
///
/// @param opcode the opcode byte, 0..255
/// @param dst destination register, 0..15 as encoded (valid programs: 0..10)
/// @param src source register or pseudo source, 0..15 as encoded
/// @param off signed 16-bit offset
/// @param imm signed 32-bit immediate
public record Insn(int opcode, int dst, int src, int off, int imm) {
    /// Bytes of one slot.
    public static final int BYTES = 8;

    /// The instruction encoded in a little-endian slot.
    public static Insn decode(long slot) {
        return new Insn(
                (int) slot & 0xff,
                (int) (slot >>> 8) & 0xf,
                (int) (slot >>> 12) & 0xf,
                (short) (slot >>> 16),
                (int) (slot >>> 32));
    }

    /// The little-endian slot.
    public long encode() {
        return (opcode & 0xffL)
                | (dst & 0xfL) << 8
                | (src & 0xfL) << 12
                | (off & 0xffffL) << 16
                | (long) imm << 32;
    }

    /// `BPF_CLASS`.
    public int opClass() {
        return opcode & 0x07;
    }

    /// True for the first slot of a 64-bit immediate load.
    public boolean isLoadImm64() {
        return opcode == Opcode.LD_IMM64;
    }

    /// The 64-bit immediate of this slot and the one behind it.
    public long imm64(Insn second) {
        return (imm & 0xffff_ffffL) | (long) second.imm << 32;
    }

    public Insn withOpcode(int to) {
        return new Insn(to, dst, src, off, imm);
    }

    public Insn withImm(int to) {
        return new Insn(opcode, dst, src, off, to);
    }

    public Insn withOff(int to) {
        return new Insn(opcode, dst, src, to, imm);
    }

    public Insn withSrc(int to) {
        return new Insn(opcode, dst, to, off, imm);
    }
}
