package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.testrun.TestContext;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.testrun.TestRunException;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j prog run`: runs a program on packets.
@Command(
        name = "run",
        description = "Run an XDP program on packets, as the kernel's test run does.",
        mixinStandardHelpOptions = true)
final class ProgRunCommand implements Callable<Integer> {
    @Mixin private FileOptions file = new FileOptions();

    @Option(
            names = "--data-in",
            required = true,
            paramLabel = "F",
            description = "packets; - for standard input")
    private String dataIn = "-";

    @Option(
            names = "--data-in-format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}; default: found out from the content")
    private PacketFormat format = PacketFormat.AUTO;

    @Option(
            names = "--data-out",
            paramLabel = "F",
            description = "where the packets go, in the format they came in; - for standard output")
    private @Nullable String dataOut;

    @Option(
            names = "--ctx-in",
            paramLabel = "HEX",
            description = "24 bytes of struct xdp_md, as the kernel takes them")
    private @Nullable String ctxIn;

    @Option(names = "--repeat", paramLabel = "N", description = "runs of each packet")
    private int repeat = 1;

    @Option(
            names = "--restore",
            description = "put the packet back before each run, outside of the measured time")
    private boolean restore;

    @Option(
            names = "--setup",
            paramLabel = "S.json",
            description = "sizes, globals and map entries to set")
    private @Nullable Path setup;

    @Option(
            names = "--net",
            paramLabel = "N.json",
            description = "interfaces, routes and CPUs that helpers see")
    private @Nullable Path net;

    @Option(names = "--engine", description = "${COMPLETION-CANDIDATES}")
    private Engine engine = Engine.AUTO;

    @Option(names = "--dump-maps", description = "print all maps whole")
    private boolean dumpMaps;

    @Option(names = "--json", description = "print JSON and nothing else")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (repeat < 0) {
            throw CommandException.usage("--repeat: " + repeat + " (expected: >= 0)");
        }
        if (json && "-".equals(dataOut)) {
            throw CommandException.usage(
                    "--data-out: - (expected: a file, since --json prints nothing but JSON)");
        }
        Setup entries = new Setup(FileOptions.json(setup));
        NetWorld world = new NetWorld(FileOptions.json(net));
        LoadOptions options =
                file.withTypes(
                        world.in(LoadOptions.DEFAULT, System.err::println).withEngine(engine));
        try (ObjectLoad load =
                        ObjectLoad.toRun(
                                Collection.read(file.path()), file.selection(), entries, options);
                PacketSource packets = PacketSource.open(dataIn, format)) {
            run(load, packets, new TestRun.Options(repeat, restore, context(entries)), world.cpu());
        }
        return ExitCode.OK;
    }

    private @Nullable TestContext context(Setup entries) {
        if (ctxIn == null) {
            return entries.context();
        }
        return TestContext.parse(Json.parse("\"" + ctxIn + "\"", "--ctx-in").hex());
    }

    private void run(ObjectLoad load, PacketSource packets, TestRun.Options how, int cpu)
            throws IOException {
        BpfProgram program = load.target();
        if (program.type() != ProgramType.XDP) {
            throw new CommandException(
                    ExitCode.UNSUPPORTED,
                    program.name()
                            + ": is a program of type "
                            + program.type().text()
                            + " (expected: one of type xdp; --type xdp runs it as such)");
        }
        RunReport report = new RunReport(file.file(), program.name(), packets.format());
        try (PacketSink sink =
                dataOut == null ? null : PacketSink.open(dataOut, packets.format())) {
            for (byte[] packet = packets.next(); packet != null; packet = packets.next()) {
                runOne(program, packet, how, report, sink);
            }
        }
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        if (json) {
            out.println(JsonText.of(report.form(load.collection().maps().values(), cpu)));
        } else {
            report.print(out);
            report.printMaps(out, load.collection().maps().values(), cpu, dumpMaps);
        }
        out.flush();
    }

    private static void runOne(
            BpfProgram program,
            byte[] packet,
            TestRun.Options how,
            RunReport report,
            @Nullable PacketSink sink)
            throws IOException {
        try {
            TestRun.Result result = program.testRun(packet, how);
            report.add(result, packet);
            if (sink != null) {
                sink.write(result.data());
            }
        } catch (TestRunException e) {
            report.addRefused(e);
        }
    }
}
