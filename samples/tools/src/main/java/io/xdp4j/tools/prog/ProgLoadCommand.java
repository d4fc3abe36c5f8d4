package io.xdp4j.tools.prog;

import io.xdp4j.control.json.JsonText;
import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.verifier.Explanation;
import io.xdp4j.ebpf.witness.Witness;
import io.xdp4j.ebpf.witness.WitnessSearch;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j prog load`: verifies the programs of an object.
@Command(
        name = "load",
        description = "Verify the programs of an object file; the log goes to standard error.",
        mixinStandardHelpOptions = true)
final class ProgLoadCommand implements Callable<Integer> {
    @Mixin private FileOptions file = new FileOptions();

    @Option(
            names = "--setup",
            paramLabel = "S.json",
            description = "sizes, globals and map entries to set")
    private @Nullable Path setup;

    @Option(names = "--dry-run", description = "leave the entries of the setup out")
    private boolean dryRun;

    @Option(
            names = "--bound",
            description =
                    "judge as bound to a device, which programs that read frame metadata must be")
    private boolean bound;

    @Mixin private PrivilegeOptions privilege = new PrivilegeOptions();

    /// `BPF_LOG_MASK`: every state, its statistics.
    private static final int MOST_LOG_LEVEL = 7;

    @Option(
            names = "--log-level",
            paramLabel = "N",
            description = "detail of the verifier's log: 0 none, 1, 2 every state")
    private int logLevel = 1;

    @Option(
            names = "--witness-out",
            paramLabel = "F.pcap",
            description = "write the packets on which rejected programs go wrong")
    private @Nullable String witnessOut;

    @Option(names = "--json", description = "print JSON and nothing else")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (logLevel < 0 || logLevel > MOST_LOG_LEVEL) {
            throw CommandException.usage(
                    "--log-level: " + logLevel + " (expected: 0.." + MOST_LOG_LEVEL + ")");
        }
        Setup entries = new Setup(FileOptions.json(setup));
        LoadOptions options =
                file.withTypes(
                        new NetWorld(FileOptions.json(null))
                                .in(LoadOptions.DEFAULT, System.err::println)
                                .withUnrunnable(true)
                                .withDeviceBound(bound)
                                .withPrivilege(privilege.privilege())
                                .withKernelObjects(new RunningKernel())
                                .withLogLevel(logLevel));
        try (ObjectLoad load =
                ObjectLoad.each(Collection.read(file.path()), file.selection(), entries, options)) {
            Witnesses witnesses = new Witnesses(load.object(), file.selection(), entries);
            List<Judgement> judgements =
                    load.asked().stream()
                            .map(program -> Judgement.of(load, program, witnesses))
                            .toList();
            boolean rejected = judgements.stream().anyMatch(judgement -> !judgement.accepted());
            if (!dryRun && !rejected) {
                entries.fill(load.collection());
            }
            report(load, judgements);
            writeWitnesses(judgements);
            return rejected ? ExitCode.REJECTED : ExitCode.OK;
        }
    }

    private void report(ObjectLoad load, List<Judgement> judgements) {
        judgements.forEach(judgement -> judgement.lines().forEach(System.err::println));
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        if (json) {
            Map<String, @Nullable Object> form = new LinkedHashMap<>();
            form.put("file", file.file());
            form.put("programs", judgements.stream().map(Judgement::form).toList());
            form.put("maps", maps(load.object().maps()));
            out.println(JsonText.of(form));
        } else {
            judgements.forEach(judgement -> out.println(judgement.line()));
        }
        out.flush();
    }

    private void writeWitnesses(List<Judgement> judgements) throws IOException {
        String to = witnessOut;
        if (to == null) {
            return;
        }
        try (PacketSink sink = PacketSink.open(to, PacketFormat.PCAP)) {
            for (Judgement judgement : judgements) {
                Witness witness = judgement.witness();
                if (witness != null) {
                    sink.write(witness.packet());
                }
            }
        }
    }

    private static List<Object> maps(List<MapDefinition> definitions) {
        List<Object> maps = new ArrayList<>();
        for (MapDefinition definition : definitions) {
            MapSpec spec = definition.spec();
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            map.put("name", spec.name());
            map.put("type", spec.type().text());
            map.put("key_size", spec.keySize());
            map.put("value_size", spec.valueSize());
            map.put("max_entries", Integer.toUnsignedLong(spec.maxEntries()));
            map.put("flags", spec.flags());
            maps.add(map);
        }
        return maps;
    }

    /// What became of one program.
    ///
    /// @param search what came of looking for a witness; null when nobody looked
    private record Judgement(
            ProgramSpec program,
            @Nullable ProgramType type,
            Verdict verdict,
            WitnessSearch.@Nullable Outcome search) {

        static Judgement of(ObjectLoad load, ProgramSpec program, Witnesses witnesses) {
            ProgramType type =
                    load.collection().programs().containsKey(program.name())
                            ? load.collection().program(program.name()).type()
                            : program.type();
            EbpfException rejection = load.rejection(program);
            Verdict verdict =
                    rejection == null
                            ? Verdict.of(load.collection().program(program.name()).verification())
                            : Verdict.rejected(rejection);
            Explanation why = verdict.explanation();
            return new Judgement(
                    program, type, verdict, why == null ? null : witnesses.of(program, why));
        }

        boolean accepted() {
            return verdict.errno() == 0;
        }

        @Nullable Witness witness() {
            return search == null ? null : search.witness();
        }

        /// The log with the explanation above its last line.
        List<String> lines() {
            List<String> log = verdict.log();
            Explanation why = verdict.explanation();
            if (why == null || log.isEmpty()) {
                return log;
            }
            List<String> lines = new ArrayList<>(log.subList(0, log.size() - 1));
            lines.add("");
            lines.addAll(ExplanationForm.lines(program.name(), why, search));
            lines.add("");
            lines.add(log.getLast());
            return lines;
        }

        Map<String, @Nullable Object> form() {
            Map<String, @Nullable Object> form = new LinkedHashMap<>();
            form.put("name", program.name());
            form.put("section", program.section());
            form.put("type", type == null ? null : type.text());
            form.put("insns", program.insns().size());
            form.put("verdict", accepted() ? "accept" : "reject");
            if (!accepted()) {
                form.put("errno", Errno.nameOf(verdict.errno()));
            }
            form.put("log", verdict.log());
            form.put("processed", verdict.processed());
            Explanation why = verdict.explanation();
            if (why != null) {
                form.put("explanation", ExplanationForm.of(why, search));
            }
            return form;
        }

        String line() {
            return "%s: %s, section %s, %d insns: %s"
                    .formatted(
                            program.name(),
                            type == null ? "no type" : type.text(),
                            program.section(),
                            program.insns().size(),
                            accepted() ? "accepted" : "rejected " + Errno.nameOf(verdict.errno()));
        }
    }
}
