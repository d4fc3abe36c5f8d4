package io.xdp4j.conformance.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaStaticInitializer;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.xdp4j.ebpf.HotPath;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What `@HotPath` code may not call.
///
/// `HotPathInstructionsTest` looks at what calls do not show: allocations and monitors.
final class HotPathTest {
    private static final Set<String> BOXES =
            Set.of(
                    "java.lang.Boolean",
                    "java.lang.Byte",
                    "java.lang.Character",
                    "java.lang.Double",
                    "java.lang.Float",
                    "java.lang.Integer",
                    "java.lang.Long",
                    "java.lang.Short");
    private static final Set<String> TEXT =
            Set.of(
                    "java.lang.String",
                    "java.lang.StringBuilder",
                    "java.lang.StringBuffer",
                    "java.util.Formatter");
    private static final Set<String> WAITS =
            Set.of("wait", "sleep", "join", "park", "parkNanos", "parkUntil", "await", "get");

    @Test
    void callsNothingThatAllocatesLogsOrBlocks() {
        codeUnits()
                .that(areHot())
                .should(notCallWhatIsSlow())
                .because("it runs for each frame or poll")
                .check(ProductionClasses.all());
    }

    @Test
    void isNotSynchronized() {
        codeUnits()
                .that(areHot())
                .should()
                .notHaveModifier(JavaModifier.SYNCHRONIZED)
                .check(ProductionClasses.all());
    }

    private static DescribedPredicate<JavaCodeUnit> areHot() {
        return DescribedPredicate.describe(
                "are @HotPath or in such a class",
                unit ->
                        unit.isAnnotatedWith(HotPath.class)
                                || (unit.getOwner().isAnnotatedWith(HotPath.class)
                                        && isOrdinary(unit)));
    }

    /// False for construction, `toString`, and methods that make or handle an exception.
    private static boolean isOrdinary(JavaCodeUnit unit) {
        return !(unit instanceof JavaConstructor)
                && !(unit instanceof JavaStaticInitializer)
                && !unit.getName().equals("toString")
                && !isThrowable(unit.getRawReturnType())
                && unit.getRawParameterTypes().stream().noneMatch(HotPathTest::isThrowable);
    }

    private static boolean isThrowable(JavaClass type) {
        return type.getSimpleName().equals("Throwable")
                || type.getSimpleName().endsWith("Exception");
    }

    private static ArchCondition<JavaCodeUnit> notCallWhatIsSlow() {
        return new ArchCondition<>("not call streams, text, loggers, boxing or locks") {
            @Override
            public void check(JavaCodeUnit unit, ConditionEvents events) {
                for (JavaCall<?> call : unit.getCallsFromSelf()) {
                    if (isSlow(call.getTarget())) {
                        events.add(SimpleConditionEvent.violated(unit, call.getDescription()));
                    }
                }
            }
        };
    }

    private static boolean isSlow(AccessTarget.CodeUnitCallTarget target) {
        String owner = target.getOwner().getName();
        String name = target.getName();
        return owner.startsWith("java.util.stream.")
                || owner.startsWith("org.slf4j.")
                || owner.startsWith("java.util.Optional")
                || (owner.startsWith("java.util.concurrent.locks.") && !name.equals("unpark"))
                || TEXT.contains(owner)
                || (BOXES.contains(owner) && name.equals("valueOf"))
                || (owner.equals("java.lang.Object") && WAITS.contains(name))
                || (owner.equals("java.lang.Thread") && WAITS.contains(name))
                || (owner.equals("java.util.concurrent.Future") && WAITS.contains(name))
                || name.equals("iterator")
                || name.equals("forEach");
    }
}
