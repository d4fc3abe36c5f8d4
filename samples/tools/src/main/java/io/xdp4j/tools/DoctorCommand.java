package io.xdp4j.tools;

import io.xdp4j.afxdp.doctor.Check;
import io.xdp4j.afxdp.doctor.Diagnosis;
import io.xdp4j.afxdp.doctor.Doctor;
import io.xdp4j.afxdp.doctor.Way;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.NativeException;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// `xdp4j doctor [IFACE]`: which way to an interface works, and why not the better one.
@Command(
        name = "doctor",
        description = "Say which way to an interface works here, and why not the better one.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    /// Memory of the frames of a datapath with default settings.
    private static final long POOL_BYTES = 16384L * 4096;

    @Parameters(arity = "0..1", paramLabel = "IFACE", description = "the interface")
    private @Nullable String interfaceName;

    @Option(names = "--json", description = "print JSON and nothing else")
    private boolean json;

    @Override
    public Integer call() {
        LinuxPlatform.unsupportedReason()
                .ifPresent(reason -> {
                    throw new CommandException(
                            ExitCode.UNSUPPORTED,
                            reason + "; pcap, generator and veth devices work here");
                });
        Diagnosis diagnosis = examine();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        if (json) {
            out.println(asJson(diagnosis));
        } else {
            print(out, diagnosis);
        }
        return ExitCode.OK;
    }

    private Diagnosis examine() {
        String name = interfaceName;
        if (name == null) {
            return Doctor.examine(POOL_BYTES);
        }
        try {
            return Doctor.examine(POOL_BYTES, name);
        } catch (NativeException e) {
            if (e.errno() != Errno.ENODEV) {
                throw e;
            }
            throw new CommandException(
                    ExitCode.USAGE,
                    "interface: "
                            + name
                            + ": no such interface (expected: one that `ip link` lists in this"
                            + " network namespace)");
        }
    }

    private void print(PrintWriter out, Diagnosis diagnosis) {
        for (Check check : diagnosis.checks()) {
            out.printf("%-4s  %-14s %s%n", word(check.level()), check.name(), check.found());
            remedy(out, check.remedy());
        }
        if (interfaceName == null) {
            return;
        }
        out.printf("%nWays to %s, best first:%n", interfaceName);
        for (Way way : diagnosis.ways()) {
            String text = way.why().isEmpty() ? "" : " " + way.why();
            out.printf("%-4s  %-18s%s%n", way.works() ? "yes" : "no", way.name(), text);
            remedy(out, way.remedy());
        }
    }

    private static void remedy(PrintWriter out, String remedy) {
        if (!remedy.isEmpty()) {
            out.println("        way out: " + remedy);
        }
    }

    private String asJson(Diagnosis diagnosis) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator =
                new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            generator.writeStartObject();
            generator.writeArrayPropertyStart("checks");
            diagnosis.checks().forEach(check -> write(generator, check));
            generator.writeEndArray();
            if (interfaceName != null) {
                generator.writeStringProperty("interface", interfaceName);
                generator.writeArrayPropertyStart("ways");
                diagnosis.ways().forEach(way -> write(generator, way));
                generator.writeEndArray();
                generator.writeStringProperty(
                        "best", diagnosis.best().map(Way::name).orElse("none"));
            }
            generator.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator generator, Check check) {
        generator.writeStartObject();
        generator.writeStringProperty("name", check.name());
        generator.writeStringProperty("level", word(check.level()));
        generator.writeStringProperty("found", check.found());
        generator.writeStringProperty("remedy", check.remedy());
        generator.writeEndObject();
    }

    private static void write(JsonGenerator generator, Way way) {
        generator.writeStartObject();
        generator.writeStringProperty("way", way.name());
        generator.writeBooleanProperty("works", way.works());
        generator.writeStringProperty("why", way.why());
        generator.writeStringProperty("remedy", way.remedy());
        generator.writeEndObject();
    }

    private static String word(Check.Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
