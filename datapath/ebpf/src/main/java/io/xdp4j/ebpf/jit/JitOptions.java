package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.vm.BpfRuntime;

/// How a program is compiled.
///
/// @param isChecked true where every access is checked at run time
/// @param isVerified true for code that may pass kernel objects (dynptrs, sockets) and call kfuncs
/// @param programId id in the [BpfRuntime], for function pointers
/// @param methodBytes bytes of bytecode, as estimated, above which a function is cut into pieces
public record JitOptions(boolean isChecked, boolean isVerified, int programId, int methodBytes) {
    /// HotSpot leaves methods above 8000 bytes to its interpreter.
    static final int METHOD_BYTES = 7900;

    /// For verified programs.
    public static JitOptions verified(int programId) {
        return new JitOptions(false, true, programId, METHOD_BYTES);
    }

    /// For programs that nobody proved safe.
    public static JitOptions checked(int programId) {
        return new JitOptions(true, false, programId, METHOD_BYTES);
    }

    /// For verified programs that are watched all the same.
    public static JitOptions verifiedAndChecked(int programId) {
        return new JitOptions(true, true, programId, METHOD_BYTES);
    }

    /// The same with smaller or larger pieces.
    public JitOptions withMethodBytes(int to) {
        return new JitOptions(isChecked, isVerified, programId, to);
    }

    long functionHandle(int insn) {
        return BpfRuntime.functionHandle(programId, insn);
    }
}
