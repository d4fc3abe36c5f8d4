package io.xdp4j.benchmarks;

import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// One line of `engine.cases`.
///
/// @param mapArguments what `bpfrun` takes: `-u map:key=value`, `-f map:count:key bytes:value
///     bytes`, `-t map:index:program`
record EngineCase(
        String group, String object, String program, String packet, List<String> mapArguments) {
    /// The cases of a file.
    static List<EngineCase> read(Path file) throws IOException {
        List<EngineCase> cases = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                List<String> words = Arrays.asList(line.trim().split("\\s+"));
                cases.add(
                        new EngineCase(
                                words.get(0),
                                words.get(1),
                                words.get(2),
                                words.get(3),
                                List.copyOf(words.subList(4, words.size()))));
            }
        }
        return cases;
    }

    /// True for a part of the program's name, for `=` and all of it, and for the group's name.
    boolean matches(String part) {
        return part.startsWith("=")
                ? program.equals(part.substring(1))
                : group.equals(part) || program.contains(part);
    }

    /// True for the program, and for those that its maps hold.
    boolean needs(String name) {
        return name.equals(program)
                || mapArguments.stream().anyMatch(argument -> argument.endsWith(":" + name));
    }

    /// Fills our maps as `bpfrun` fills the kernel's.
    void fill(Collection collection) {
        for (int i = 0; i + 1 < mapArguments.size(); i += 2) {
            String[] words = mapArguments.get(i + 1).split("[:=]", -1);
            BpfMap map = collection.map(words[0]);
            switch (mapArguments.get(i)) {
                case "-u" ->
                        map.update(
                                padded(words[1], map.keySize()),
                                padded(words[2], map.valueSize()),
                                0);
                case "-t" ->
                        map.update(
                                word(Integer.parseInt(words[1]), 4),
                                word(collection.program(words[2]).id(), 4),
                                0);
                case "-f" -> fill(map, Integer.parseInt(words[1]));
                default ->
                        throw new IllegalArgumentException(
                                "option: " + mapArguments.get(i) + " (expected: -u, -t or -f)");
            }
        }
    }

    private static void fill(BpfMap map, int count) {
        for (int i = 0; i < count; i++) {
            byte[] key = word(i, map.keySize());
            if (map.type() == MapType.LPM_TRIE) {
                key = word(24, map.keySize());
                ByteBuffer.wrap(key).putInt(4, 0x0a00_0000 + (i << 8));
            }
            map.update(key, word(1, map.valueSize()), 0);
        }
    }

    private static byte[] padded(String hex, int size) {
        return Arrays.copyOf(HexFormat.of().parseHex(hex), size);
    }

    private static byte[] word(int value, int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(0, value).array();
    }
}
