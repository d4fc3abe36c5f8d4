package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Bytes and instructions written in hex.
final class Hex {
    private Hex() {}

    /// Bytes as pairs of digits, with blanks anywhere.
    ///
    /// @param what they are, for the message
    static byte[] bytes(String text, String what) {
        String digits = text.replaceAll("\\s", "");
        try {
            return HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.INPUT, what + ": no hex (expected: bytes as pairs of digits)", e);
        }
    }

    /// Instructions, eight bytes each.
    static List<Insn> insns(byte[] code, String what) {
        if (code.length % Insn.BYTES != 0) {
            throw CommandException.input(
                    what + ": " + code.length + " bytes (expected: 8 for each instruction)");
        }
        ByteBuffer slots = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        List<Insn> insns = new ArrayList<>(code.length / Insn.BYTES);
        while (slots.hasRemaining()) {
            insns.add(Insn.decode(slots.getLong()));
        }
        return insns;
    }
}
