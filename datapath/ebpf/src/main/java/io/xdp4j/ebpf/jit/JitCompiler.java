package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.InsnValidator;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.Executable;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Compiles a program to one hidden class: a static method for each function.
///
/// Thread: any; each compilation stands alone.
/// Fails: [MalformedObjectException] for what is no program; [UnsupportedException] for what this engine cannot run, named.
public final class JitCompiler {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final ClassDesc SELF =
            ClassDesc.of(JitCompiler.class.getPackageName(), "Compiled");
    private static final MethodTypeDesc TAKES_INT = MethodTypeDesc.of(CD_void, CD_int);
    private static final String FUNCTION_FIELD = "function";

    private final LinkedProgram program;
    private final Insn[] insns;
    private final JitOptions options;
    private final Map<Integer, FlowGraph> graphs = new LinkedHashMap<>();
    private final ClassConstants constants = new ClassConstants();

    private JitCompiler(LinkedProgram program, JitOptions options) {
        this.program = program;
        this.options = options;
        this.insns = program.insns().toArray(Insn[]::new);
    }

    public static CompiledProgram compile(LinkedProgram program, JitOptions options) {
        return new JitCompiler(program, options).compile();
    }

    private CompiledProgram compile() {
        List<String> problems = InsnValidator.problemsWithCallx(program.insns());
        if (!problems.isEmpty()) {
            throw new MalformedObjectException(program.name() + ": " + problems.getFirst());
        }
        for (int entry : FlowGraph.entries(insns)) {
            graphs.put(entry, FlowGraph.of(insns, entry));
        }
        ValueAnalysis analysis = ValueAnalysis.of(program, graphs);
        return define(build(analysis));
    }

    private byte[] build(ValueAnalysis analysis) {
        try {
            return ClassFile.of().build(SELF, type -> writeClass(type, analysis));
        } catch (IllegalArgumentException e) {
            throw new UnsupportedException(
                    program.name()
                            + ": "
                            + insns.length
                            + " instructions are too many for one JVM class; interpret it",
                    e);
        }
    }

    private void writeClass(ClassBuilder type, ValueAnalysis analysis) {
        type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER | ClassFile.ACC_SYNTHETIC);
        type.withInterfaceSymbols(Names.EXECUTABLE);
        type.with(SourceFileAttribute.of(program.name()));
        type.withField(FUNCTION_FIELD, CD_int, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
        type.withMethodBody(INIT_NAME, TAKES_INT, ClassFile.ACC_PRIVATE, JitCompiler::writeInit);
        type.withMethodBody("call", Names.FUNCTION, ClassFile.ACC_PUBLIC, this::writeCall);
        for (FlowGraph graph : graphs.values()) {
            new FunctionEmitter(program, insns, graph, analysis, options, constants, SELF)
                    .emit(type);
        }
    }

    private static void writeInit(CodeBuilder out) {
        out.aload(0).invokespecial(CD_Object, INIT_NAME, MethodTypeDesc.of(CD_void));
        out.aload(0).iload(1).putfield(SELF, FUNCTION_FIELD, CD_int);
        out.return_();
    }

    /// Calls the function that this instance stands for.
    private void writeCall(CodeBuilder out) {
        List<Integer> entries = List.copyOf(graphs.keySet());
        List<SwitchCase> cases = new ArrayList<>();
        Label main = out.newLabel();
        for (int i = 1; i < entries.size(); i++) {
            cases.add(SwitchCase.of(i, out.newLabel()));
        }
        if (!cases.isEmpty()) {
            out.aload(0).getfield(SELF, FUNCTION_FIELD, CD_int);
            out.tableswitch(1, cases.size(), main, cases);
        }
        out.labelBinding(main);
        writeForward(out, entries.getFirst());
        for (SwitchCase one : cases) {
            out.labelBinding(one.target());
            writeForward(out, entries.get(one.caseValue()));
        }
    }

    private static void writeForward(CodeBuilder out, int entry) {
        out.aload(1).iload(2);
        for (int register = 1; register <= 5; register++) {
            out.lload(1 + 2 * register);
        }
        out.invokestatic(SELF, CallEmitter.nameOf(entry), Names.FUNCTION);
        out.lreturn();
    }

    private CompiledProgram define(byte[] bytes) {
        try {
            MethodHandles.Lookup inside =
                    LOOKUP.defineHiddenClassWithClassData(bytes, constants.values(), true);
            var constructor =
                    inside.findConstructor(
                                    inside.lookupClass(),
                                    MethodType.methodType(void.class, int.class))
                            .asType(MethodType.methodType(Executable.class, int.class));
            Map<Integer, Executable> functions = new LinkedHashMap<>();
            int number = 0;
            for (int entry : graphs.keySet()) {
                functions.put(entry, (Executable) constructor.invokeExact(number++));
            }
            return new CompiledProgram(program, bytes, functions);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(program.name() + ": compiled class was refused", e);
        }
    }
}
