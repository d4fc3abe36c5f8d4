package io.xdp4j.conformance.cli;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A run of the tool and what it must have counted, read from a file.
///
/// ```
/// run run config/examples/veth-chain.yaml --duration 2s
/// explained XDP_DROP DEVMAP_XMIT_ERROR
/// writes config/examples/capture.out.pcap
/// expect devices/nic0/rx_packets > 0
/// expect cpumap/to=1/processed > 0
/// ```
///
/// `run` gives the arguments, `explained` the drop reasons that may occur, `writes` a file of the
/// repository that must be there afterwards and is then removed, `warns` a line on standard error, `expect` a comparison with a counter of the summary. A step of its path is a
/// property, the name of an element, or `key=value`, which adds up the elements that have it. A drop
/// reason that is not there counts 0.
record Scenario(
        String name,
        List<String> arguments,
        Set<String> explained,
        List<Path> written,
        List<String> warnings,
        List<Expectation> expectations) {

    /// One comparison.
    record Expectation(String path, String relation, long value) {
        boolean holds(Json summary) {
            long actual = actual(summary);
            return switch (relation) {
                case "=" -> actual == value;
                case ">" -> actual > value;
                case "<" -> actual < value;
                default -> throw new IllegalArgumentException("relation: " + relation);
            };
        }

        long actual(Json summary) {
            return sum(summary, List.of(path.split("/", -1)));
        }

        private static long sum(Json here, List<String> way) {
            if (way.isEmpty()) {
                return here.number();
            }
            String step = way.getFirst();
            List<String> rest = way.subList(1, way.size());
            int equals = step.indexOf('=');
            if (equals >= 0) {
                String key = step.substring(0, equals);
                String wanted = step.substring(equals + 1);
                return here.list().stream()
                        .filter(element -> element.at(key).toString().equals(wanted))
                        .mapToLong(element -> sum(element, rest))
                        .sum();
            }
            if (step.equals("drops")) {
                return here.at("drops").has(rest.getFirst()) ? sum(here.at("drops"), rest) : 0;
            }
            return sum(here.at(step), rest);
        }

        @Override
        public String toString() {
            return path + " " + relation + " " + value;
        }
    }

    static Scenario read(Path file) {
        List<String> arguments = new ArrayList<>();
        Set<String> explained = new TreeSet<>();
        List<Path> written = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        List<Expectation> expectations = new ArrayList<>();
        for (String line : lines(file)) {
            List<String> words = List.of(line.strip().split("\\s+", -1));
            List<String> rest = words.subList(1, words.size());
            switch (words.getFirst()) {
                case "", "#" -> {}
                case "run" -> arguments.addAll(rest);
                case "explained" -> explained.addAll(rest);
                case "writes" -> written.add(Repository.root().resolve(rest.getFirst()));
                case "warns" -> warnings.add(String.join(" ", rest));
                case "expect" ->
                        expectations.add(
                                new Expectation(
                                        rest.get(0), rest.get(1), Long.parseLong(rest.get(2))));
                default -> throw new IllegalArgumentException(file + ": " + line);
            }
        }
        if (arguments.isEmpty() || expectations.isEmpty()) {
            throw new IllegalArgumentException(file + ": no run or no expectation");
        }
        String name = String.valueOf(file.getFileName()).replace(".scenario", "");
        return new Scenario(name, arguments, explained, written, warnings, expectations);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
