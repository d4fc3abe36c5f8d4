package io.xdp4j.tools.prog;

import java.io.PrintWriter;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// The methods of a class file, an instruction a line.
final class JitedText {
    private final Map<Label, Integer> labels = new HashMap<>();
    private final PrintWriter out;

    private JitedText(PrintWriter out) {
        this.out = out;
    }

    static void print(byte[] classFile, PrintWriter out) {
        for (MethodModel method : ClassFile.of().parse(classFile).methods()) {
            method.code().ifPresent(code -> new JitedText(out).method(method, code));
        }
    }

    private void method(MethodModel method, CodeModel code) {
        out.println(
                "  "
                        + method.methodName().stringValue()
                        + method.methodTypeSymbol().displayDescriptor()
                        + ":");
        int offset = 0;
        for (CodeElement element : code) {
            switch (element) {
                case LabelTarget target -> out.println("   " + name(target.label()) + ":");
                case LineNumber line -> out.println("   ; insn " + line.line());
                case Instruction instruction -> {
                    out.printf("%7d: %s%n", offset, text(instruction));
                    offset += instruction.sizeInBytes();
                }
                default -> {}
            }
        }
        out.println();
    }

    private String name(Label label) {
        return "L" + labels.computeIfAbsent(label, _ -> labels.size());
    }

    private String text(Instruction instruction) {
        String opcode = instruction.opcode().name().toLowerCase(Locale.ROOT);
        if (instruction.sizeInBytes() == 1) {
            return opcode;
        }
        return switch (instruction) {
            case LoadInstruction load -> opcode + " " + load.slot();
            case StoreInstruction store -> opcode + " " + store.slot();
            case IncrementInstruction step -> opcode + " " + step.slot() + " " + step.constant();
            case BranchInstruction branch -> opcode + " " + name(branch.target());
            case ConstantInstruction constant -> opcode + " " + constant.constantValue();
            case InvokeInstruction call ->
                    opcode
                            + " "
                            + call.owner().name().stringValue()
                            + "."
                            + call.name().stringValue()
                            + call.typeSymbol().displayDescriptor();
            case FieldInstruction field ->
                    opcode
                            + " "
                            + field.owner().name().stringValue()
                            + "."
                            + field.name().stringValue();
            default -> opcode;
        };
    }
}
