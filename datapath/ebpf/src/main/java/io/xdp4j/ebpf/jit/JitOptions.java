package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.vm.BpfRuntime;

/// How a program is compiled.
///
/// @param isChecked true for code that was not verified: every access is checked at run time
/// @param programId id in the [BpfRuntime], for function pointers
public record JitOptions(boolean isChecked, int programId) {
    /// For verified programs.
    public static JitOptions verified(int programId) {
        return new JitOptions(false, programId);
    }

    /// For programs that nobody proved safe.
    public static JitOptions checked(int programId) {
        return new JitOptions(true, programId);
    }

    long functionHandle(int insn) {
        return BpfRuntime.functionHandle(programId, insn);
    }
}
