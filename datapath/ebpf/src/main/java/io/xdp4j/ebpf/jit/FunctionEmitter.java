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

/// Writes one function as one static method: blocks become labels, registers locals.
final class FunctionEmitter {
    private static final ClassDesc TRAPS = ClassDesc.of(Traps.class.getName());

    /// Rounds that `may_goto` allows (`BPF_MAX_LOOPS`).
    private static final int MAY_GOTO_ROUNDS = 8 << 20;

    private final LinkedProgram program;
    private final Insn[] insns;
    private final FlowGraph graph;
    private final JitOptions options;
    private final FunctionCode code;
    private final CodeBuilder out;
    private final StackSlots slots;
    private final AluEmitter alu;
    private final JumpEmitter jumps;
    private final CallEmitter calls;
    private final MemoryEmitter memory;
    private final Label[] labels;
    private int mayGotoLocal = -1;

    FunctionEmitter(
            LinkedProgram program,
            Insn[] insns,
            FlowGraph graph,
            ValueAnalysis analysis,
            JitOptions options,
            FunctionCode code,
            ClassDesc self) {
        this.program = program;
        this.insns = insns;
        this.graph = graph;
        this.options = options;
        this.code = code;
        this.out = code.out();
        this.slots = options.isChecked() ? StackSlots.NONE : promote(analysis);
        this.alu = new AluEmitter(code);
        this.jumps = new JumpEmitter(code);
        this.calls =
                new CallEmitter(program, code, analysis.facts(), slots, self, options.isChecked());
        this.memory =
                options.isChecked()
                        ? new CheckedMemoryEmitter(code, code.enterChecked(graph.entry(), size()))
                        : new RawMemoryEmitter(code, analysis.facts(), slots);
        this.labels = new Label[graph.blocks().size()];
    }

    private int size() {
        int size = 0;
        for (Block block : graph.blocks()) {
            size += block.last() - block.start() + 1;
        }
        return size;
    }

    private StackSlots promote(ValueAnalysis analysis) {
        int[] accesses = graph.insns(insns).filter(at -> accessSize(insns[at]) != 0).toArray();
        return StackSlots.of(
                accesses,
                analysis.facts(),
                analysis.stackOf(graph.entry()),
                at -> accessSize(insns[at]),
                () -> code.newLocal(2));
    }

    private static int accessSize(Insn insn) {
        return switch (insn.opClass()) {
            case Opcode.LDX, Opcode.ST, Opcode.STX -> Transfer.size(insn);
            case Opcode.JMP -> insn.opcode() == (Opcode.JMP | Opcode.CALL) ? 4 : 0;
            default -> 0;
        };
    }

    void emit(boolean usesFrame) {
        code.initialise(usesFrame);
        for (int local : slots.locals()) {
            out.lconst_0().lstore(local);
        }
        startMayGoto();
        for (int block = 0; block < labels.length; block++) {
            labels[block] = out.newLabel();
        }
        if (graph.entryBlock() != 0) {
            out.goto_(labels[graph.entryBlock()]);
        }
        List<Block> blocks = graph.blocks();
        for (int number = 0; number < blocks.size(); number++) {
            out.labelBinding(labels[number]);
            block(blocks.get(number), number + 1);
        }
    }

    private void startMayGoto() {
        boolean used = graph.insns(insns).anyMatch(at -> isMayGoto(insns[at]));
        if (used) {
            mayGotoLocal = code.newLocal(1);
            out.loadConstant(MAY_GOTO_ROUNDS).istore(mayGotoLocal);
        }
    }

    private static boolean isMayGoto(Insn insn) {
        return insn.opcode() == (Opcode.JMP | Opcode.JCOND);
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
            out.goto_(labels[block.next()]);
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
            case Opcode.ALU, Opcode.ALU64 -> insn.dst() != Opcode.FP && alu.emit(insn);
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
            int target = graph.blocks().get(block.jump()).start();
            if (target <= at) {
                code.spend(at - target + 1, at);
            }
        }
    }

    private boolean jump(int at, Insn insn, Block block) {
        return switch (insn.opcode() & 0xf0) {
            case Opcode.EXIT -> {
                code.load(0);
                code.returnResult();
                yield insn.opClass() == Opcode.JMP;
            }
            case Opcode.CALL -> insn.opClass() == Opcode.JMP && calls.emit(at, insn);
            case Opcode.JA -> goTo(at, block);
            case Opcode.JCOND -> isMayGoto(insn) && block.jump() >= 0 && mayGoto(block);
            default -> block.jump() >= 0 && jumps.emit(insn, labels[block.jump()]);
        };
    }

    private boolean goTo(int at, Block block) {
        if (block.jump() < 0) {
            return false;
        }
        if (block.jump() != Block.NONE) {
            out.goto_(labels[block.jump()]);
        }
        return at >= 0;
    }

    private boolean mayGoto(Block block) {
        out.iinc(mayGotoLocal, -1);
        out.iload(mayGotoLocal);
        out.iflt(labels[block.jump()]);
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
