package io.xdp4j.conformance.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

/// `{linux, ebpf} ← core ← {packet, veth, af-xdp, programs, control} ← config ← tools`; nothing depends on tests.
///
/// Config and tools know the transports only by `ServiceLoader`; tools read capture files, ask the
/// doctor and use sockets too.
final class ModuleDependenciesTest {
    @Test
    void modulesDependInOneDirection() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("linux")
                .definedBy("io.xdp4j.linux..")
                .layer("ebpf")
                .definedBy("io.xdp4j.ebpf..")
                .layer("core")
                .definedBy("io.xdp4j.core..")
                .layer("control")
                .definedBy("io.xdp4j.control..")
                .layer("packet")
                .definedBy("io.xdp4j.packet..")
                .layer("veth")
                .definedBy("io.xdp4j.veth..")
                .layer("af-xdp")
                .definedBy("io.xdp4j.afxdp..")
                .layer("programs")
                .definedBy("io.xdp4j.programs..")
                .layer("config")
                .definedBy("io.xdp4j.config..")
                .layer("tools")
                .definedBy("io.xdp4j.tools..")
                .layer("testkit")
                .definedBy("io.xdp4j.testkit..")
                .whereLayer("linux")
                .mayNotAccessAnyLayer()
                .whereLayer("ebpf")
                .mayNotAccessAnyLayer()
                .whereLayer("core")
                .mayOnlyAccessLayers("ebpf", "linux")
                .whereLayer("control")
                .mayOnlyAccessLayers("core", "ebpf")
                .whereLayer("packet")
                .mayOnlyAccessLayers("core", "ebpf", "linux")
                .whereLayer("af-xdp")
                .mayOnlyAccessLayers("core", "ebpf", "linux")
                .whereLayer("veth")
                .mayOnlyAccessLayers("core", "ebpf")
                .whereLayer("programs")
                .mayOnlyAccessLayers("core", "ebpf")
                .whereLayer("config")
                .mayOnlyAccessLayers("control", "core", "ebpf", "programs")
                .whereLayer("tools")
                .mayOnlyAccessLayers(
                        "af-xdp",
                        "config",
                        "control",
                        "core",
                        "ebpf",
                        "linux",
                        "packet",
                        "programs")
                .whereLayer("testkit")
                .mayOnlyAccessLayers("core", "ebpf")
                .whereLayer("testkit")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("tools")
                .mayNotBeAccessedByAnyLayer()
                .check(ProductionClasses.all());
    }

    @Test
    void toolsUseTheTransportsOnlyThroughTheirProviders() {
        noClasses()
                .that()
                .resideInAPackage("io.xdp4j.tools..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.xdp4j.packet..")
                                .or(resideInAPackage("io.xdp4j.afxdp.device"))
                                .and(not(resideInAPackage("io.xdp4j.packet.pcap"))))
                .check(ProductionClasses.all());
    }

    @Test
    void nothingDependsOnTests() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.xdp4j.testkit..", "io.xdp4j.conformance..", "io.xdp4j.benchmarks..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.xdp4j.testkit..",
                        "io.xdp4j.conformance..",
                        "io.xdp4j.benchmarks..",
                        "org.junit..",
                        "org.assertj..")
                .check(ProductionClasses.all());
    }

    @Test
    void packagesOfAModuleHaveNoCycle() {
        slices().assignedFrom(new EachPackage())
                .should()
                .beFreeOfCycles()
                .check(ProductionClasses.all());
    }

    @Test
    void onlyDowncallTouchesTheLinker() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.xdp4j.linux.Downcall")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .check(ProductionClasses.all());
    }

    /// A slice for each package, subpackages apart.
    private static final class EachPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }
}
