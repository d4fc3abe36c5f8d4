package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.TreeMap;

/// Writes the blocks of one region: blocks become labels, variables locals.
final class RegionEmitter {
    private static final ClassDesc TRAPS = ClassDesc.of(Traps.class.getName());

    private final LinkedProgram program;
    private final Insn[] insns;
    private final List<Block> blocks;
    private final JitOptions options;
    private final FunctionCode code;
    private final CodeBuilder out;
    private final Variables variables;
    private final AluEmitter alu;
    private final JumpEmitter jumps;
    private final CallEmitter calls;
    private final MemoryEmitter memory;
    private final TreeMap<Integer, Label> labels = new TreeMap<>();

    /// @param checkedMemory local with the checked memory, or -1 in raw mode
    RegionEmitter(FunctionEmitter function, FunctionCode code, int checkedMemory) {
        this.program = function.program();
        this.insns = function.insns();
        this.blocks = function.graph().blocks();
        this.options = function.options();
        this.code = code;
        this.out = code.out();
        this.variables = function.variables();
        this.alu = new AluEmitter(code, function.neededBits());
        this.jumps = new JumpEmitter(code);
        InsnFacts facts = function.facts();
        this.calls = new CallEmitter(program, code, facts, variables, function.self(), options);
        this.memory =
                checkedMemory >= 0
                        ? new CheckedMemoryEmitter(code, checkedMemory)
                        : new RawMemoryEmitter(code, facts, variables);
    }

    /// Writes the blocks, ascending.
    void emit(int[] region) {
        for (int i = 0; i < region.length; i++) {
            out.labelBinding(labelOf(region[i]));
            block(blocks.get(region[i]), i + 1 < region.length ? region[i + 1] : Block.NONE);
        }
    }

    /// Where a block begins, or where control leaves for a block of another region.
    Label labelOf(int block) {
        return labels.computeIfAbsent(block, _ -> out.newLabel());
    }

    /// Blocks that have a label.
    int[] labelled() {
        return labels.keySet().stream().mapToInt(Integer::intValue).toArray();
    }

    private void block(Block block, int following) {
        for (int at = block.start(); at <= block.last(); at += Flow.slots(insns, at)) {
            if (at < 0xffff) {
                out.lineNumber(at + 1);
            }
            if (!insn(at, block)) {
                trap(at, "invalid instruction " + insns[at]);
                return;
            }
        }
        if (block.next() == Block.OUTSIDE) {
            trap(block.last(), "falls off the end of the program");
        } else if (block.next() != Block.NONE && block.next() != following) {
            out.goto_(labelOf(block.next()));
        }
    }

    private void trap(int at, String why) {
        code.pushInt(at);
        out.loadConstant(why);
        out.invokestatic(
                TRAPS,
                "invalid",
                MethodTypeDesc.of(
                        ClassDesc.of("java.lang.RuntimeException"),
                        ConstantDescs.CD_int,
                        ConstantDescs.CD_String));
        out.athrow();
    }

    private boolean insn(int at, Block block) {
        Insn insn = insns[at];
        if (insn.dst() > Opcode.FP || insn.src() > Opcode.FP) {
            return false;
        }
        return switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64 -> insn.dst() != Opcode.FP && alu.emit(insns, at, block);
            case Opcode.LD -> loadImmediate(at, insn);
            case Opcode.LDX -> insn.dst() != Opcode.FP && isLoad(insn) && memory.load(at, insn);
            case Opcode.ST, Opcode.STX -> isStore(insn) && memory.store(at, insn);
            default -> {
                payForLoop(at, block);
                yield jump(at, insn, block);
            }
        };
    }

    private static boolean isLoad(Insn insn) {
        int mode = insn.opcode() & 0xe0;
        return mode == Opcode.MEM || (mode == Opcode.MEMSX && Transfer.size(insn) < 8);
    }

    private static boolean isStore(Insn insn) {
        int mode = insn.opcode() & 0xe0;
        return mode == Opcode.MEM || (mode == Opcode.ATOMIC && insn.opClass() == Opcode.STX);
    }

    // ---- jumps

    /// In checked mode, jumps back cost as many instructions as they repeat.
    private void payForLoop(int at, Block block) {
        if (options.isChecked() && block.jump() >= 0 && at == block.last()) {
            int target = blocks.get(block.jump()).start();
            if (target <= at) {
                code.spend(at - target + 1, at);
            }
        }
    }

    private boolean jump(int at, Insn insn, Block block) {
        return switch (insn.opcode() & 0xf0) {
            case Opcode.EXIT -> exit(insn);
            case Opcode.CALL -> insn.opClass() == Opcode.JMP && calls.emit(at, insn);
            case Opcode.JA -> goTo(block);
            case Opcode.JCOND -> Variables.isMayGoto(insn) && block.jump() >= 0 && mayGoto(block);
            default -> block.jump() >= 0 && jumps.emit(insn, labelOf(block.jump()));
        };
    }

    private boolean exit(Insn insn) {
        code.load(0);
        code.returnResult();
        return insn.opClass() == Opcode.JMP;
    }

    private boolean goTo(Block block) {
        if (block.jump() < 0) {
            return false;
        }
        out.goto_(labelOf(block.jump()));
        return true;
    }

    private boolean mayGoto(Block block) {
        code.load(variables.rounds());
        out.lconst_1().lsub().dup2();
        code.store(variables.rounds());
        out.lconst_0().lcmp();
        out.iflt(labelOf(block.jump()));
        return true;
    }

    // ---- 64-bit immediates

    private boolean loadImmediate(int at, Insn insn) {
        if (!insn.isLoadImm64() || at + 1 >= insns.length || insn.dst() == Opcode.FP) {
            return false;
        }
        switch (insn.src()) {
            case 0 -> code.push(insn.imm64(insns[at + 1]));
            case Opcode.PSEUDO_MAP_FD -> {
                BpfMap map = program.mapAt(insn.imm());
                if (map == null) {
                    return false;
                }
                code.constantAddress(map.handle());
            }
            case Opcode.PSEUDO_MAP_VALUE -> {
                BpfMap map = program.mapAt(insn.imm());
                if (map == null || map.valueBase() == 0) {
                    return false;
                }
                code.constantAddress(map.valueBase() + (insns[at + 1].imm() & 0xffff_ffffL));
            }
            case Opcode.PSEUDO_FUNC ->
                    code.constantAddress(options.functionHandle(at + 1 + insn.imm()));
            default -> {
                return false;
            }
        }
        code.store(insn.dst());
        return true;
    }
}
