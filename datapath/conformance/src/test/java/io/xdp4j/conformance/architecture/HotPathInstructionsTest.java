package io.xdp4j.conformance.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import io.xdp4j.ebpf.HotPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Bytecode that `@HotPath` methods may not have: allocations, monitors, lambdas and string
/// concatenation. They may throw what exists, or what only a bug of ours makes them throw.
final class HotPathInstructionsTest {
    private static final String HOT = HotPath.class.descriptorString();

    @Test
    void hotMethodsNeitherAllocateNorLock() {
        List<String> found = new ArrayList<>();
        for (JavaClass type : ProductionClasses.all()) {
            ClassModel model = parse(type);
            boolean wholeType = isHot(model);
            for (MethodModel method : model.methods()) {
                if ((wholeType && isOrdinary(method)) || isHot(method)) {
                    check(type, method, found);
                }
            }
        }
        assertThat(found).isEmpty();
    }

    private static void check(JavaClass type, MethodModel method, List<String> found) {
        method.code()
                .ifPresent(code ->
                        code.elementStream()
                                .flatMap(element -> offence(element).stream())
                                .map(offence ->
                                        type.getFullName()
                                                + "."
                                                + method.methodName().stringValue()
                                                + ": "
                                                + offence)
                                .forEach(found::add));
    }

    private static Optional<String> offence(CodeElement element) {
        return switch (element) {
            case MonitorInstruction monitor -> Optional.of("locks a monitor");
            case NewObjectInstruction made when isOwnBug(made.className().asInternalName()) ->
                    Optional.empty();
            case NewObjectInstruction made ->
                    Optional.of("allocates " + made.className().asInternalName());
            case NewPrimitiveArrayInstruction array ->
                    Optional.of("allocates an array of " + array.typeKind());
            case NewReferenceArrayInstruction array ->
                    Optional.of("allocates an array of " + array.componentType().asInternalName());
            case NewMultiArrayInstruction array ->
                    Optional.of("allocates " + array.arrayType().asInternalName());
            case InvokeDynamicInstruction call ->
                    Optional.of("makes a lambda or a string: " + call.name().stringValue());
            default -> Optional.empty();
        };
    }

    /// What a broken invariant throws is never made while the code is right.
    private static boolean isOwnBug(String type) {
        return type.equals("java/lang/IllegalStateException")
                || type.equals("java/lang/MatchException");
    }

    /// False for construction, `toString`, their lambdas, and methods that make or handle an
    /// exception.
    private static boolean isOrdinary(MethodModel method) {
        String name = method.methodName().stringValue();
        return !name.equals(ConstantDescs.INIT_NAME)
                && !name.equals(ConstantDescs.CLASS_INIT_NAME)
                && !name.equals("toString")
                && !name.startsWith("lambda$new$")
                && !name.startsWith("lambda$static$")
                && !isThrowable(method.methodTypeSymbol().returnType())
                && method.methodTypeSymbol().parameterList().stream()
                        .noneMatch(HotPathInstructionsTest::isThrowable);
    }

    private static boolean isThrowable(ClassDesc type) {
        return type.displayName().equals("Throwable") || type.displayName().endsWith("Exception");
    }

    private static boolean isHot(AttributedElement element) {
        return element.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
                .flatMap(annotations -> annotations.annotations().stream())
                .anyMatch(annotation -> annotation.className().equalsString(HOT));
    }

    private static ClassModel parse(JavaClass type) {
        String file = "/" + type.getName().replace('.', '/') + ".class";
        try (InputStream in = HotPathInstructionsTest.class.getResourceAsStream(file)) {
            return ClassFile.of().parse(Objects.requireNonNull(in, file).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
