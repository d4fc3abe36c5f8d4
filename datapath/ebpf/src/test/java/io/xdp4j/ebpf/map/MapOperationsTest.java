package io.xdp4j.ebpf.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.memory.RawMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Replays what users and programs did to maps of a live kernel, and compares each answer.
class MapOperationsTest {
    private static final MapSpec INNER = MapSpec.of("inner", MapType.ARRAY, 4, 4, 1, 0);

    private final Arena arena = Arena.ofConfined();
    private @Nullable BpfMap map;

    @AfterEach
    void close() {
        if (map != null) {
            map.close();
        }
        arena.close();
    }

    @Test
    void answersAsTheKernelDoes() throws IOException {
        List<String> wrong = new ArrayList<>();
        String created = "";
        int cases = 0;
        for (String line : MapCreationTest.lines("ops.txt")) {
            if (line.startsWith("map ")) {
                created = line;
                create(line.split(" ", -1));
            } else if (!line.startsWith("#")) {
                cases++;
                String[] sides = line.split(" = ", -1);
                String got = answer(sides[0].split(" ", -1));
                if (!got.equals(sides[1])) {
                    wrong.add(created + ": " + line + " but here " + got);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(cases).isGreaterThan(1500);
    }

    private void create(String[] words) {
        if (map != null) {
            map.close();
        }
        MapType type = Objects.requireNonNull(MapType.of(words[1].toUpperCase(Locale.ROOT)));
        MapSpec spec =
                MapSpec.of(
                        "m",
                        type,
                        Integer.parseInt(words[2]),
                        Integer.parseInt(words[3]),
                        Integer.parseInt(words[4]),
                        Integer.parseInt(words[5]));
        map = MapFactory.create(type.holdsMaps() ? spec.withInner(INNER) : spec, 1, 2, new World());
    }

    /// Where the kernel was asked: a loopback device, two CPUs, descriptors that are not open.
    private static final class World implements MapEnvironment {
        @Override
        public RedirectMap.Backend backend(MapSpec spec, int id) {
            return new Backend(spec.type());
        }
    }

    private record Backend(MapType type) implements RedirectMap.Backend {
        @Override
        public int set(int key, int value, int programFd) {
            return switch (type) {
                case XSKMAP -> -Errno.EBADF;
                case CPUMAP -> key >= 2 ? -Errno.ENODEV : programFd > 0 ? -Errno.ENOMEM : 0;
                default -> value != 1 || programFd > 0 ? -Errno.EINVAL : 0;
            };
        }

        @Override
        public void clear(int key) {}

        @Override
        public void close() {}
    }

    private String answer(String[] words) {
        BpfMap on = Objects.requireNonNull(map);
        try {
            return words[0].startsWith("u") ? user(on, words) : program(on, words);
        } catch (MapException e) {
            return Errno.nameOf(e.errno());
        }
    }

    private static byte[] hex(String word) {
        return word.equals("empty") ? new byte[0] : HexFormat.of().parseHex(word);
    }

    private static String shown(byte @Nullable [] bytes) {
        return bytes == null ? "ENOENT" : HexFormat.of().formatHex(bytes);
    }

    private static long flags(String[] words, int at) {
        return words.length > at ? Long.parseLong(words[at]) : 0;
    }

    private static String user(BpfMap on, String[] words) {
        switch (words[0]) {
            case "uupdate" -> on.update(hex(words[1]), hex(words[2]), flags(words, 3));
            case "udelete" -> on.delete(hex(words[1]));
            case "ufreeze" -> on.freeze();
            case "ulookup" -> {
                return shown(on.lookup(hex(words[1]), flags(words, 2)));
            }
            case "utake" -> {
                return shown(on.lookupAndDelete(hex(words[1]), flags(words, 2)));
            }
            case "unext" -> {
                return shown(on.nextKey(words[1].equals("-") ? null : hex(words[1])));
            }
            case "ucontains" -> {
                return ((BloomFilterMap) on).contains(hex(words[1])) ? "0" : "ENOENT";
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "0";
    }

    private String program(BpfMap on, String[] words) {
        long first = words.length > 1 ? memory(hex(words[1])) : memory(new byte[8]);
        if (words[0].equals("plookup")) {
            long at = on.lookup(first, 0);
            return at == 0 ? "0" : HexFormat.of().toHexDigits((byte) RawMemory.u8(at));
        }
        int result =
                switch (words[0]) {
                    case "pupdate" -> on.update(first, memory(hex(words[2])), flags(words, 3), 0);
                    case "pdelete" -> on.delete(first, 0);
                    case "ppush" -> on.push(first, flags(words, 2));
                    case "ppop" -> on.pop(first);
                    case "ppeek" -> on.peek(first);
                    default -> throw new IllegalArgumentException(words[0]);
                };
        return result == 0 ? "0" : Errno.nameOf(-result);
    }

    private long memory(byte[] bytes) {
        long at = arena.allocate(Math.max(bytes.length, 8), 8).address();
        RawMemory.copyIn(bytes, 0, at, bytes.length);
        return at;
    }
}
