package io.xdp4j.conformance.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/// The classes of all modules on this module's class path, without tests; read once.
final class ProductionClasses {
    private static final JavaClasses ALL =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .withImportOption(location -> !location.contains("/io/xdp4j/conformance/"))
                    .importPackages("io.xdp4j");

    private ProductionClasses() {}

    static JavaClasses all() {
        return ALL;
    }
}
