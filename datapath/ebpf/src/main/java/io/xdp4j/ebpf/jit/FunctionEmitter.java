package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Writes one function: one static method, or, where that got too long for HotSpot, one for each
/// region and one that starts them.
///
/// A region calls the next in tail position with the variables that are live there, so the calls of
/// one run nest no deeper than there are regions. Control that goes back to an earlier region
/// leaves the variables in the machine and returns; the starting method then goes on there.
final class FunctionEmitter {
    /// Rounds that `may_goto` allows (`BPF_MAX_LOOPS`).
    private static final long MAY_GOTO_ROUNDS = 8 << 20;

    private static final int[] ARGUMENTS = {1, 2, 3, 4, 5};
    private static final MethodTypeDesc SPILL = MethodTypeDesc.of(CD_long.arrayType());

    private final LinkedProgram program;
    private final Insn[] insns;
    private final FlowGraph graph;
    private final InsnFacts facts;
    private final JitOptions options;
    private final ClassConstants constants;
    private final ClassDesc self;
    private final Variables variables;
    private final NeededBits neededBits;
    private final RegionPlan plan;
    private final boolean readsFrame;

    FunctionEmitter(
            LinkedProgram program,
            Insn[] insns,
            FlowGraph graph,
            ValueAnalysis analysis,
            JitOptions options,
            ClassConstants constants,
            ClassDesc self) {
        this.program = program;
        this.insns = insns;
        this.graph = graph;
        this.facts = analysis.facts();
        this.options = options;
        this.constants = constants;
        this.self = self;
        this.variables =
                new Variables(
                        insns, graph, facts, analysis.stackOf(graph.entry()), !options.isChecked());
        this.neededBits = NeededBits.of(insns, graph, facts, variables);
        this.plan = RegionPlan.of(insns, graph, options);
        this.readsFrame =
                graph.insns(insns).anyMatch(at -> insns[at].dst() == 10 || insns[at].src() == 10);
    }

    LinkedProgram program() {
        return program;
    }

    Insn[] insns() {
        return insns;
    }

    FlowGraph graph() {
        return graph;
    }

    InsnFacts facts() {
        return facts;
    }

    JitOptions options() {
        return options;
    }

    ClassDesc self() {
        return self;
    }

    Variables variables() {
        return variables;
    }

    NeededBits neededBits() {
        return neededBits;
    }

    void emit(ClassBuilder type) {
        String name = CallEmitter.nameOf(graph.entry());
        if (plan.count() == 1) {
            method(type, name, Names.FUNCTION, this::whole);
            return;
        }
        Liveness liveness = Liveness.of(insns, graph, variables);
        int[][] parameters = new int[plan.count()][];
        for (int region = 0; region < parameters.length; region++) {
            BitSet live = new BitSet();
            plan.entries(region).stream().forEach(block -> live.or(liveness.atStart(block)));
            parameters[region] = live.stream().toArray();
        }
        method(type, name, Names.FUNCTION, out -> start(out, parameters));
        for (int region = 0; region < parameters.length; region++) {
            int number = region;
            method(
                    type,
                    regionName(region),
                    regionType(parameters[region].length),
                    out -> region(out, number, parameters));
        }
    }

    private interface Body {
        void write(CodeBuilder out);
    }

    private static void method(ClassBuilder type, String name, MethodTypeDesc shape, Body body) {
        type.withMethodBody(name, shape, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC, body::write);
    }

    private String regionName(int region) {
        return CallEmitter.nameOf(graph.entry()) + "_" + region;
    }

    /// Machine, frame, which entry, variables.
    private static MethodTypeDesc regionType(int parameters) {
        List<ClassDesc> types = new ArrayList<>(List.of(Names.MACHINE, CD_int, CD_int));
        for (int i = 0; i < parameters; i++) {
            types.add(CD_long);
        }
        return MethodTypeDesc.of(CD_long, types);
    }

    // ---- one method

    private void whole(CodeBuilder out) {
        FunctionCode code = new FunctionCode(out, constants, ARGUMENTS, 2, variables.count());
        int memory = options.isChecked() ? code.enterChecked(graph.entry(), size()) : -1;
        initialise(code);
        RegionEmitter emitter = new RegionEmitter(this, code, memory);
        if (graph.entryBlock() != 0) {
            out.goto_(emitter.labelOf(graph.entryBlock()));
        }
        emitter.emit(plan.blocks(0));
    }

    private void initialise(FunctionCode code) {
        for (int variable = 0; variable < variables.count(); variable++) {
            code.initialise(variable);
        }
        if (variables.rounds() >= 0) {
            code.push(MAY_GOTO_ROUNDS);
            code.store(variables.rounds());
        }
        if (readsFrame) {
            code.initialiseFramePointer();
        }
    }

    private int size() {
        int size = 0;
        for (Block block : graph.blocks()) {
            size += block.last() - block.start() + 1;
        }
        return size;
    }

    // ---- several methods

    private void start(CodeBuilder out, int[][] parameters) {
        FunctionCode code = new FunctionCode(out, constants, ARGUMENTS, 2, variables.count());
        if (options.isChecked()) {
            code.enterChecked(graph.entry(), size());
        }
        initialise(code);
        call(code, graph.entryBlock(), parameters);
        if (plan.jumpsBack()) {
            resume(code, parameters);
        }
        code.returnResult();
    }

    /// Calls the region of a block with the variables it takes.
    private void call(FunctionCode code, int block, int[][] parameters) {
        int region = plan.regionOf(block);
        code.machine();
        code.frame();
        code.pushInt(plan.entryIndex(block));
        for (int variable : parameters[region]) {
            code.load(variable);
        }
        code.out().invokestatic(self, regionName(region), regionType(parameters[region].length));
    }

    /// As long as a region wants to go on elsewhere, goes on there. Leaves the result.
    private void resume(FunctionCode code, int[][] parameters) {
        CodeBuilder out = code.out();
        int result = code.newLocal(2);
        Label again = out.newLabel();
        Label done = out.newLabel();
        List<SwitchCase> cases = new ArrayList<>();
        for (int region = 0; region < plan.count(); region++) {
            plan.entries(region).stream()
                    .forEach(block -> cases.add(SwitchCase.of(block + 1, out.newLabel())));
        }
        out.lstore(result);
        out.labelBinding(again);
        code.machine();
        out.invokevirtual(Names.MACHINE, "takeContinuation", Names.TO_INT);
        out.lookupswitch(done, cases);
        for (SwitchCase one : cases) {
            out.labelBinding(one.target());
            int block = one.caseValue() - 1;
            for (int variable : parameters[plan.regionOf(block)]) {
                code.machine();
                out.invokevirtual(Names.MACHINE, "spill", SPILL);
                out.loadConstant(variable).laload();
                code.store(variable);
            }
            call(code, block, parameters);
            out.lstore(result).goto_(again);
        }
        out.labelBinding(done);
        out.lload(result);
    }

    private void region(CodeBuilder out, int region, int[][] parameters) {
        FunctionCode code =
                new FunctionCode(out, constants, parameters[region], 3, variables.count());
        for (int variable = 0; variable < variables.count(); variable++) {
            code.initialise(variable);
        }
        if (readsFrame) {
            code.initialiseFramePointer();
        }
        RegionEmitter emitter =
                new RegionEmitter(this, code, options.isChecked() ? code.openChecked() : -1);
        dispatch(out, region, emitter);
        emitter.emit(plan.blocks(region));
        for (int block : emitter.labelled()) {
            if (plan.regionOf(block) != region) {
                out.labelBinding(emitter.labelOf(block));
                leave(code, region, block, parameters);
            }
        }
    }

    private void dispatch(CodeBuilder out, int region, RegionEmitter emitter) {
        int[] entries = plan.entries(region).stream().toArray();
        if (entries.length > 1) {
            List<SwitchCase> cases = new ArrayList<>();
            for (int i = 1; i < entries.length; i++) {
                cases.add(SwitchCase.of(i, emitter.labelOf(entries[i])));
            }
            out.iload(2);
            out.tableswitch(1, entries.length - 1, emitter.labelOf(entries[0]), cases);
        } else if (entries.length == 1 && entries[0] != plan.blocks(region)[0]) {
            out.goto_(emitter.labelOf(entries[0]));
        }
    }

    private void leave(FunctionCode code, int from, int block, int[][] parameters) {
        CodeBuilder out = code.out();
        int to = plan.regionOf(block);
        if (to > from) {
            call(code, block, parameters);
        } else {
            for (int variable : parameters[to]) {
                code.machine();
                out.invokevirtual(Names.MACHINE, "spill", SPILL);
                out.loadConstant(variable);
                code.load(variable);
                out.lastore();
            }
            code.machine();
            code.pushInt(block + 1);
            out.invokevirtual(Names.MACHINE, "setContinuation", MethodTypeDesc.of(CD_void, CD_int));
            out.lconst_0();
        }
        out.lreturn();
    }
}
