package io.xdp4j.conformance.architecture;

import static com.tngtech.archunit.lang.conditions.ArchConditions.accessClassesThatResideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.conditions.ArchConditions.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.lang.ArchCondition;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// Names, null marking and the few library calls that are kept to one place.
final class CodeHabitsTest {
    /// Words that say nothing about a class, and words that mean something else here: a helper is
    /// an eBPF helper, which has a package of its own.
    private static final List<String> BANNED_SUFFIXES =
            List.of("Manager", "Util", "Utils", "Helper", "Helpers", "Processor", "Data", "Impl");

    @Test
    void classesSayWhatTheyAre() {
        classes().should(haveNoBannedSuffix()).check(production());
    }

    private static ArchCondition<JavaClass> haveNoBannedSuffix() {
        return not(
                be(
                        DescribedPredicate.describe(
                                "named with one of " + BANNED_SUFFIXES,
                                type ->
                                        !type.getPackageName().equals("io.xdp4j.ebpf.helper")
                                                && BANNED_SUFFIXES.stream()
                                                        .anyMatch(
                                                                type.getSimpleName()::endsWith))));
    }

    @Test
    void packagesAreNullMarked() {
        Map<JavaPackage, Boolean> marked =
                ProductionClasses.all().stream()
                        .map(JavaClass::getPackage)
                        .distinct()
                        .collect(
                                Collectors.toMap(p -> p, p -> p.isAnnotatedWith(NullMarked.class)));
        assertThat(marked)
                .isNotEmpty()
                .allSatisfy((p, m) -> assertThat(m).as(p.getName()).isTrue());
    }

    @Test
    void onlyToolsPrint() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(
                production().that(outside("io.xdp4j.tools")));
    }

    @Test
    void exceptionsHaveNames() {
        NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(production());
    }

    @Test
    void thereIsNoStaticMutableState() {
        fields().that().areStatic().should().beFinal().check(production());
    }

    @Test
    void logsGoThroughSlf4j() {
        noClasses()
                .should(
                        accessClassesThatResideInAnyPackage(
                                "java.util.logging..",
                                "ch.qos.logback..",
                                "io.netty.util.internal.."))
                .check(production());
    }

    private static JavaClasses production() {
        return ProductionClasses.all();
    }

    private static DescribedPredicate<JavaClass> outside(String root) {
        return DescribedPredicate.describe(
                "outside " + root, type -> !type.getPackageName().startsWith(root));
    }
}
