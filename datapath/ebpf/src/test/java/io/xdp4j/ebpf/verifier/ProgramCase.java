package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.asm.Assembler;
import io.xdp4j.ebpf.asm.HelperNames;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapFactory;
import io.xdp4j.ebpf.map.MapFlags;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// A program of a resource file and the verdict it should get.
///
/// @param settings lines `type TYPE` and `privilege PRIVILEGE`
/// @param expected `accept PROCESSED` or `reject MESSAGE`
record ProgramCase(
        String name, List<String> maps, List<String> settings, String text, String expected) {
    static List<ProgramCase> read(String resource) {
        try (InputStream in =
                Objects.requireNonNull(ProgramCase.class.getResourceAsStream(resource), resource)) {
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<ProgramCase> cases = new ArrayList<>();
            for (String block : all.split("\n\n", -1)) {
                if (block.contains("=> ")) {
                    cases.add(parse(block));
                }
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProgramCase parse(String block) {
        List<String> lines = block.strip().lines().toList();
        List<String> maps = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (String line : lines.subList(1, lines.size() - 1)) {
            if (line.startsWith("map ")) {
                maps.add(line);
            } else if (line.startsWith("type ") || line.startsWith("privilege ")) {
                settings.add(line);
            } else {
                text.append(line).append('\n');
            }
        }
        String expected = lines.getLast().substring("=> ".length());
        return new ProgramCase(lines.getFirst(), maps, settings, text.toString(), expected);
    }

    private String setting(String name, String other) {
        return settings.stream()
                .filter(line -> line.startsWith(name + ' '))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse(other);
    }

    /// @param other where the case names none
    Privilege privilege(Privilege other) {
        return Privilege.valueOf(setting("privilege", other.name()).toUpperCase(Locale.ROOT));
    }

    /// @param other type where the case names none
    LinkedProgram program(ProgramType other) {
        ProgramType programType =
                ProgramType.valueOf(setting("type", other.name()).toUpperCase(Locale.ROOT));
        Map<Integer, BpfMap> live = new HashMap<>();
        for (String line : maps) {
            String[] words = line.split(" ", 4);
            int fd = Integer.parseInt(words[1]);
            live.put(fd, words[2].equals("text") ? text(fd, words[3]) : map(fd, words));
        }
        return new LinkedProgram(
                "p",
                programType,
                0,
                new Assembler(HelperNames.ALL).parse(text),
                live,
                "GPL",
                Set.of(),
                null,
                List.of(),
                List.of(),
                Map.of());
    }

    @Override
    public String toString() {
        return name;
    }

    private static BpfMap map(int fd, String[] words) {
        MapType type = Objects.requireNonNull(MapType.of(words[2]), words[2]);
        String[] sizes = words[3].split(" ", -1);
        MapSpec spec =
                MapSpec.of(
                        "m" + fd,
                        type,
                        Integer.parseInt(sizes[0]),
                        Integer.parseInt(sizes[1]),
                        Integer.parseInt(sizes[2]),
                        0);
        return MapFactory.create(spec, fd, 2);
    }

    private static BpfMap text(int fd, String text) {
        byte[] value = (text + '\0').getBytes(StandardCharsets.ISO_8859_1);
        MapSpec spec =
                MapSpec.of(
                        "m" + fd,
                        MapType.ARRAY,
                        Integer.BYTES,
                        value.length,
                        1,
                        MapFlags.RDONLY_PROG);
        BpfMap map = MapFactory.create(spec, fd, 2);
        map.update(new byte[Integer.BYTES], value, 0);
        map.freeze();
        return map;
    }
}
