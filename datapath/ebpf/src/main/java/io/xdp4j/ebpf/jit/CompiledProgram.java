package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.Executable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A program as a hidden class.
///
/// Thread: any. Its class goes away with the last reference.
public final class CompiledProgram {
    private final LinkedProgram program;
    private final byte[] classFile;
    private final Map<Integer, Executable> functions;

    CompiledProgram(LinkedProgram program, byte[] classFile, Map<Integer, Executable> functions) {
        this.program = program;
        this.classFile = classFile;
        this.functions = Map.copyOf(functions);
    }

    public LinkedProgram program() {
        return program;
    }

    /// The program's main function.
    public Executable main() {
        Executable main = functions.get(0);
        if (main == null) {
            throw new IllegalStateException(program.name() + ": has no main function");
        }
        return main;
    }

    /// The functions by first slot, for [io.xdp4j.ebpf.vm.BpfRuntime#registerFunctions].
    public @Nullable Executable[] functionsByInsn() {
        @Nullable Executable[] byInsn = new Executable[program.insns().size()];
        functions.forEach((insn, function) -> byInsn[insn] = function);
        return byInsn;
    }

    /// The JVM's instructions as text, with the program's and its source lines in between.
    public List<String> listing() {
        return BytecodeListing.of(program, classFile);
    }

    /// The class file; the same for the same program.
    public byte[] classFile() {
        return classFile.clone();
    }
}
