package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.Executable;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Programs by hand, and a machine to run them on.
final class Programs implements AutoCloseable {
    final BpfRuntime runtime = new BpfRuntime(2);
    private final Arena arena = Arena.ofConfined();
    final BpfMachine machine = new BpfMachine(runtime, 0, arena);
    private final TestRun run = new TestRun(machine, TestRun.Ingress.LOOPBACK);

    static LinkedProgram xdp(String name, List<Insn> insns, Map<Integer, BpfMap> maps) {
        return new LinkedProgram(
                name,
                ProgramType.XDP,
                37,
                insns,
                maps,
                "GPL",
                Set.of(),
                null,
                List.of(),
                List.of());
    }

    static LinkedProgram xdp(Insn... insns) {
        return xdp("test", List.of(insns), Map.of());
    }

    /// Registers and returns a program's main function.
    Executable install(LinkedProgram program, JitOptions options) {
        CompiledProgram compiled = JitCompiler.compile(program, options);
        register(options.programId(), compiled.main(), compiled.functionsByInsn());
        return compiled.main();
    }

    void register(int id, Executable main, @Nullable Executable[] functions) {
        runtime.registerProgram(id, main);
        runtime.registerFunctions(id, functions);
    }

    long run(Executable program, byte[] packet) {
        return run.run(program, packet, TestRun.Options.ONCE).r0();
    }

    long run(LinkedProgram program, JitOptions options) {
        return run(install(program, options), new byte[64]);
    }

    @Override
    public void close() {
        run.close();
        arena.close();
    }

    // ---- instructions

    static Insn mov(int dst, int imm) {
        return new Insn(Opcode.ALU64 | Opcode.MOV, dst, 0, 0, imm);
    }

    static Insn movX(int dst, int src) {
        return new Insn(Opcode.ALU64 | Opcode.MOV | Opcode.X, dst, src, 0, 0);
    }

    static Insn add(int dst, int imm) {
        return new Insn(Opcode.ALU64 | Opcode.ADD, dst, 0, 0, imm);
    }

    static Insn addX(int dst, int src) {
        return new Insn(Opcode.ALU64 | Opcode.ADD | Opcode.X, dst, src, 0, 0);
    }

    static Insn jump(int op, int dst, int imm, int off) {
        return new Insn(Opcode.JMP | op, dst, 0, off, imm);
    }

    static Insn load(int size, int dst, int src, int off) {
        return new Insn(Opcode.LDX | Opcode.MEM | size, dst, src, off, 0);
    }

    static Insn store(int size, int dst, int off, int src) {
        return new Insn(Opcode.STX | Opcode.MEM | size, dst, src, off, 0);
    }

    static Insn call(int helper) {
        return new Insn(Opcode.JMP | Opcode.CALL, 0, 0, 0, helper);
    }

    static Insn callFunction(int distance) {
        return new Insn(Opcode.JMP | Opcode.CALL, 0, Opcode.PSEUDO_CALL, 0, distance);
    }

    static Insn exit() {
        return new Insn(Opcode.JMP | Opcode.EXIT, 0, 0, 0, 0);
    }
}
