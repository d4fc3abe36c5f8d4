package io.xdp4j.control;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// The name that a program's instructions give it: the same code, the same tag.
///
/// Kernel: `bpf_prog_calc_tag`, 6.1; newer kernels take another digest.
final class ProgramTag {
    private static final int BYTES = 8;

    private ProgramTag() {}

    /// Numbers of maps do not count, for they differ from load to load.
    static String of(LinkedProgram program) {
        ByteBuffer code =
                ByteBuffer.allocate(program.insns().size() * Insn.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        boolean second = false;
        for (Insn insn : program.insns()) {
            boolean map =
                    insn.isLoadImm64()
                            && (insn.src() == Opcode.PSEUDO_MAP_FD
                                    || insn.src() == Opcode.PSEUDO_MAP_VALUE);
            code.putLong((map || second ? insn.withImm(0) : insn).encode());
            second = map;
        }
        return HexFormat.of().formatHex(Arrays.copyOf(digest(code.array()), BYTES));
    }

    private static byte[] digest(byte[] code) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(code);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
