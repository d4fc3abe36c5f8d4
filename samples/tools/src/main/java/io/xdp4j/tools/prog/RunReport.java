package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.testrun.TestRunException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a run of packets came to, as JSON and as text.
final class RunReport {
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");
    private static final int SHOWN_PACKETS = 32;
    private static final int SHOWN_ENTRIES = 16;

    private final String file;
    private final String program;
    private final PacketFormat format;
    private final List<List<Object>> results = new ArrayList<>();
    private final Map<String, Integer> verdicts = new TreeMap<>();
    private TestRun.@Nullable Result last;
    private @Nullable String refusal;
    private double nanos;
    private int runs;

    RunReport(String file, String program, PacketFormat format) {
        this.file = file;
        this.program = program;
        this.format = format;
    }

    void add(TestRun.Result result, byte[] packet) {
        results.add(Forms.result(result, packet));
        verdicts.merge(verdict(result.retval()), 1, Integer::sum);
        last = result;
        nanos += result.nanosPerRun();
        runs++;
    }

    void addRefused(TestRunException refused) {
        results.add(Forms.refused(refused.errno()));
        refusal = refused.getMessage();
        verdicts.merge("cannot run", 1, Integer::sum);
    }

    private static String verdict(int retval) {
        return switch (retval) {
            case 0 -> "XDP_ABORTED";
            case 1 -> "XDP_DROP";
            case 2 -> "XDP_PASS";
            case 3 -> "XDP_TX";
            case 4 -> "XDP_REDIRECT";
            default -> Integer.toUnsignedString(retval);
        };
    }

    private long meanNanos() {
        return runs == 0 ? 0 : Math.round(nanos / runs);
    }

    /// The contract's JSON of a run.
    Map<String, @Nullable Object> form(Iterable<BpfMap> maps, int cpu) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("file", file);
        form.put("program", program);
        form.put("results", results);
        TestRun.Result only = last;
        if (results.size() == 1 && only != null) {
            form.put("retval", Integer.toUnsignedLong(only.retval()));
            form.put("data_out", HexFormat.of().formatHex(only.data()));
        }
        form.put("duration_ns", runs == 0 ? 0 : Math.round(nanos / runs * 10) / 10.0);
        form.put("maps", Forms.maps(maps, cpu));
        return form;
    }

    /// The same for people, a single packet as bpftool has it.
    void print(PrintWriter out) {
        TestRun.Result only = last;
        if (results.size() == 1 && only != null) {
            out.printf(
                    "Return value: %s, duration (average): %dns%n",
                    Integer.toUnsignedString(only.retval()), meanNanos());
            return;
        }
        if (results.size() <= SHOWN_PACKETS) {
            for (int i = 0; i < results.size(); i++) {
                printPacket(out, i + 1, results.get(i));
            }
        }
        out.printf("Packets: %d, duration (average): %dns%n", results.size(), meanNanos());
        verdicts.forEach((verdict, count) -> out.printf("  %-12s %d%n", verdict, count));
        if (refusal != null) {
            out.printf("Cannot run: %s%n", refusal);
        }
    }

    private static void printPacket(PrintWriter out, int number, List<Object> result) {
        if (result.size() == 1) {
            out.printf("Packet %d: %s%n", number, result.getFirst());
            return;
        }
        out.printf(
                "Packet %d: return value: %s, %s bytes%s%n",
                number, result.get(0), result.get(1), result.get(2).equals("=") ? "" : ", changed");
    }

    /// The maps as bpftool dumps them.
    ///
    /// @param whole all maps and entries, not only the first entries of those that have some
    void printMaps(PrintWriter out, Iterable<BpfMap> maps, int cpu, boolean whole) {
        for (BpfMap map : maps) {
            List<List<String>> entries = Forms.entries(map, cpu);
            if (!whole && entries.isEmpty()) {
                continue;
            }
            out.printf("%nMap %s (%s):%n", map.name(), map.type().text());
            int shown = whole ? entries.size() : Math.min(entries.size(), SHOWN_ENTRIES);
            for (List<String> entry : entries.subList(0, shown)) {
                out.printf("key: %s  value: %s%n", spaced(entry.get(0)), spaced(entry.get(1)));
            }
            if (shown < entries.size()) {
                out.printf("... (--dump-maps shows all)%n");
            }
            out.printf("Found %d element%s%n", entries.size(), entries.size() == 1 ? "" : "s");
        }
    }

    private static String spaced(String hex) {
        return SPACED.formatHex(HexFormat.of().parseHex(hex));
    }

    @Override
    public String toString() {
        return file + ": " + program + ": " + results.size() + " packets from " + format;
    }
}
