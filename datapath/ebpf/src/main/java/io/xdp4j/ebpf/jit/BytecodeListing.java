package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.asm.Disassembler;
import io.xdp4j.ebpf.asm.InsnNames;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperTable;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.LinkedProgram.LineInfo;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Compiled code as text: the JVM's instructions, with the program's own and its source lines in
/// between.
final class BytecodeListing {
    private final LinkedProgram program;
    private final Disassembler disassembler;
    private final List<String> lines = new ArrayList<>();

    /// What the program's numbers mean.
    private record Names(LinkedProgram program) implements InsnNames {
        @Override
        public @Nullable String helper(int id) {
            HelperProto proto = HelperTable.byId(id, program.type());
            return proto == null ? null : "bpf_" + proto.name();
        }

        @Override
        public @Nullable String kernelFunction(int number) {
            return program.kfuncs().get(number);
        }

        @Override
        public @Nullable String map(int fd) {
            BpfMap map = program.mapAt(fd);
            return map == null ? null : "map[" + map.name() + "]";
        }
    }

    private BytecodeListing(LinkedProgram program) {
        this.program = program;
        this.disassembler = new Disassembler(new Names(program));
    }

    static List<String> of(LinkedProgram program, byte[] classFile) {
        BytecodeListing listing = new BytecodeListing(program);
        for (MethodModel method : ClassFile.of().parse(classFile).methods()) {
            method.code().ifPresent(code -> listing.method(method, code));
        }
        return List.copyOf(listing.lines);
    }

    private void method(MethodModel method, CodeModel code) {
        CodeAttribute attribute = (CodeAttribute) code;
        lines.add(
                method.methodName().stringValue()
                        + method.methodTypeSymbol().displayDescriptor()
                        + ": "
                        + attribute.codeLength()
                        + " bytes");
        int at = 0;
        for (CodeElement element : code) {
            if (element instanceof LineNumber line) {
                insn(line.line() - 1);
            } else if (element instanceof Instruction instruction) {
                lines.add(
                        String.format(Locale.ROOT, "  %7d: %s", at, text(instruction, attribute)));
                at += instruction.sizeInBytes();
            }
        }
    }

    private void insn(int slot) {
        for (LineInfo line : program.lineInfo()) {
            if (line.insn() == slot) {
                lines.add("; " + line.text().strip() + " @ " + line.file() + ":" + line.line());
            }
        }
        Insn insn = program.insns().get(slot);
        Insn second = insn.isLoadImm64() ? program.insns().get(slot + 1) : null;
        lines.add(slot + ": " + disassembler.line(insn, second));
    }

    private static String text(Instruction instruction, CodeAttribute code) {
        String name = instruction.opcode().name().toLowerCase(Locale.ROOT);
        return switch (instruction) {
            case LoadInstruction load -> typed(name) + " " + load.slot();
            case StoreInstruction store -> typed(name) + " " + store.slot();
            case ConstantInstruction constant -> constant(name, constant);
            case BranchInstruction branch -> name + " " + place(branch.target(), code);
            case InvokeInstruction invoke ->
                    name
                            + " "
                            + simple(invoke.owner().asInternalName())
                            + "."
                            + invoke.name().stringValue()
                            + invoke.typeSymbol().displayDescriptor();
            case FieldInstruction field ->
                    name
                            + " "
                            + simple(field.owner().asInternalName())
                            + "."
                            + field.name().stringValue();
            case TableSwitchInstruction table ->
                    name
                            + " "
                            + table.cases().stream()
                                    .map(one -> one.caseValue() + ":" + place(one.target(), code))
                                    .toList();
            case LookupSwitchInstruction lookup ->
                    name
                            + " "
                            + lookup.cases().stream()
                                    .map(one -> one.caseValue() + ":" + place(one.target(), code))
                                    .toList();
            default -> name;
        };
    }

    /// `lload` for `lload_2` and `lload_w`.
    private static String typed(String name) {
        int end = name.indexOf('_');
        return end < 0 ? name : name.substring(0, end);
    }

    private static String constant(String name, ConstantInstruction constant) {
        return constant instanceof ConstantInstruction.IntrinsicConstantInstruction
                ? name
                : name + " " + constant.constantValue();
    }

    private static int place(Label label, CodeAttribute code) {
        return code.labelToBci(label);
    }

    private static String simple(String internalName) {
        return internalName.substring(internalName.lastIndexOf('/') + 1);
    }
}
