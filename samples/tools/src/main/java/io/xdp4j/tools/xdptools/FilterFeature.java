package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.exit.CommandException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a filter's program can match by.
enum FilterFeature {
    TCP,
    UDP,
    IPV6,
    IPV4,
    ETHERNET;

    /// The programs from the narrowest to the widest, by the end of their names.
    private static final List<Map.Entry<String, Set<FilterFeature>>> PROGRAMS =
            List.of(
                    Map.entry("eth", Set.of(ETHERNET)),
                    Map.entry("tcp", Set.of(TCP)),
                    Map.entry("udp", Set.of(UDP)),
                    Map.entry("ip", Set.of(IPV4, IPV6)),
                    Map.entry("all", Set.of(values())));

    /// The words of a list such as `tcp,ipv4`; `all` stands for each.
    static Set<FilterFeature> parse(List<String> words) {
        Set<FilterFeature> features = EnumSet.noneOf(FilterFeature.class);
        for (String word : words) {
            if (word.equals("all")) {
                features.addAll(List.of(values()));
            } else {
                features.add(named(word));
            }
        }
        return features;
    }

    private static FilterFeature named(String word) {
        for (FilterFeature feature : values()) {
            if (feature.toString().equals(word)) {
                return feature;
            }
        }
        throw CommandException.usage(
                "--features: "
                        + word
                        + " (expected: tcp, udp, ipv6, ipv4, ethernet or all, with commas)");
    }

    /// The end of the name of the smallest program that has all of them.
    static String programFor(Set<FilterFeature> features) {
        return PROGRAMS.stream()
                .filter(program -> program.getValue().containsAll(features))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /// What a program with that end of its name has, in the order of the status.
    static List<FilterFeature> of(String programEnd) {
        return PROGRAMS.stream()
                .filter(program -> program.getKey().equals(programEnd))
                .flatMap(program -> program.getValue().stream())
                .sorted()
                .toList();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
