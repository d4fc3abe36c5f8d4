package io.xdp4j.conformance.soundness;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.collection.RejectedProgramException;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.testrun.TestRunException;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.BudgetTrapException;
import io.xdp4j.ebpf.vm.TrapException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Runs what the verifier accepts on random packets and map contents, with every access checked: a
/// trip is a verifier that let something through. The compiler's checked form has to agree.
///
/// Replayable: all chance comes from the program's seed.
final class SoundnessCampaign {
    private static final int PACKETS = 6;
    private static final int COMPILE_ONE_IN = 4;

    private final Figures figures = new Figures();

    Figures figures() {
        return figures;
    }

    /// Judges a program and, if it is accepted, runs it.
    ///
    /// @param compares holds the compiler to the interpreter; not for programs that may read what
    ///     they never wrote
    void judge(Subject subject, long seed, boolean compares) {
        figures.programs++;
        List<String> interpreted;
        try {
            interpreted = runs(subject, seed, Engine.INTERP);
        } catch (RejectedProgramException | UnsupportedException e) {
            return; // refused, by the verifier or for what does not exist here
        } catch (EbpfException | IllegalStateException e) {
            find(subject, "load: " + e);
            return;
        }
        figures.accepted++;
        if (compares && seed % COMPILE_ONE_IN == 0) {
            compare(subject, seed, interpreted);
        }
    }

    private void compare(Subject subject, long seed, List<String> interpreted) {
        try {
            List<String> compiled = runs(subject, seed, Engine.JIT);
            figures.compiled++;
            for (int i = 0; i < interpreted.size(); i++) {
                if (!interpreted.get(i).equals(compiled.get(i))) {
                    find(
                            subject,
                            "interpreter: "
                                    + interpreted.get(i)
                                    + ", compiled: "
                                    + compiled.get(i));
                    return;
                }
            }
        } catch (EbpfException | IllegalStateException e) {
            find(subject, "compiled: " + e);
        }
    }

    private void find(Subject subject, String what) {
        figures.findings.add(subject.name() + ": " + what + ": " + subject.hex());
    }

    /// Loads the program with its maps and runs it on packets; one line a run.
    private List<String> runs(Subject subject, long seed, Engine engine) {
        LoadOptions options =
                LoadOptions.DEFAULT
                        .withEngine(engine)
                        .withRawMemory(false)
                        .withLogLevel(0)
                        .withRuntime(new BpfRuntime(2, BpfClock.fixed(1_000_000), seed, _ -> {}));
        try (Collection collection = Collection.empty(options)) {
            Map<Integer, BpfMap> maps = new LinkedHashMap<>();
            subject.maps().forEach((fd, spec) -> maps.put(fd, collection.newMap(spec)));
            BpfProgram program = collection.load(subject.linked(maps));
            Random random = new Random(seed);
            List<String> runs = new ArrayList<>();
            for (int i = 0; i < PACKETS; i++) {
                if (i > 0) {
                    maps.values().forEach(map -> fill(map, random, collection));
                }
                runs.add(run(subject, program, packet(random), engine));
                if (i == PACKETS - 1) {
                    runs.add(contents(maps));
                }
            }
            return runs;
        }
    }

    private String run(Subject subject, BpfProgram program, byte[] packet, Engine engine) {
        figures.executions++;
        try {
            var result = program.testRun(packet);
            return result.r0() + " " + HexFormat.of().formatHex(result.data());
        } catch (TestRunException e) {
            return e.toString();
        } catch (BudgetTrapException e) {
            return "budget";
        } catch (TrapException | IllegalStateException e) {
            find(subject, engine + " trips on " + HexFormat.of().formatHex(packet) + ": " + e);
            return "trip";
        }
    }

    /// Lengths around what programs check for, bytes of all kinds.
    private static byte[] packet(Random random) {
        int[] lengths = {14, 15, 16, 20, 33, 34, 35, 54, 60, 64, 65, 78, 128, 300, 1514};
        byte[] packet =
                new byte
                        [random.nextInt(3) == 0
                                ? 14 + random.nextInt(120)
                                : lengths[random.nextInt(lengths.length)]];
        switch (random.nextInt(3)) {
            case 0 -> random.nextBytes(packet);
            case 1 -> Arrays.fill(packet, (byte) 0xff);
            default -> {
                random.nextBytes(packet);
                packet[12] = 8;
                packet[13] = 0;
                if (packet.length > 23) {
                    packet[14] = 0x45;
                    packet[23] = (byte) (random.nextBoolean() ? 6 : 17);
                }
            }
        }
        return packet;
    }

    private static void fill(BpfMap map, Random random, Collection collection) {
        if (map.isFrozen() || !isFillable(map.type())) {
            return;
        }
        try {
            byte[] key = new byte[map.keySize()];
            if (key.length > 0) {
                key[0] = (byte) random.nextInt(Math.max(1, Math.min(5, map.maxEntries())));
            }
            byte[] value;
            var inner = map.spec().inner();
            if (inner != null) {
                value = word(collection.newMap(inner).id());
            } else {
                value = new byte[map.type().isPerCpu() ? map.valueSize() * 2 : map.valueSize()];
                if (random.nextInt(3) == 0) {
                    Arrays.fill(value, (byte) 0xff);
                } else {
                    random.nextBytes(value);
                }
            }
            map.update(key, value, 0);
        } catch (MapException e) {
            // full, or a key that is not there
        }
    }

    private static byte[] word(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static boolean isFillable(MapType type) {
        return switch (type) {
            case HASH,
                    ARRAY,
                    PERCPU_HASH,
                    PERCPU_ARRAY,
                    LRU_HASH,
                    LRU_PERCPU_HASH,
                    ARRAY_OF_MAPS,
                    HASH_OF_MAPS,
                    LPM_TRIE,
                    QUEUE,
                    STACK ->
                    true;
            default -> false;
        };
    }

    private static String contents(Map<Integer, BpfMap> maps) {
        StringBuilder text = new StringBuilder();
        maps.forEach((fd, map) -> {
            if (isFillable(map.type()) && !map.type().holdsMaps() && map.keySize() > 0) {
                List<String> entries = new ArrayList<>();
                map.forEach((key, value) ->
                        entries.add(
                                HexFormat.of().formatHex(key)
                                        + "="
                                        + HexFormat.of().formatHex(value)));
                entries.sort(null);
                text.append(fd).append(entries);
            }
        });
        return text.toString();
    }
}
