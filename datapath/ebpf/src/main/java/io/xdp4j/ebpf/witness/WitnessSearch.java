package io.xdp4j.ebpf.witness;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.verifier.Explanation;
import io.xdp4j.ebpf.verifier.RejectionRule;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BudgetTrapException;
import io.xdp4j.ebpf.vm.TrapException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Looks for a packet, and map contents, on which a rejected program trips checked memory at the
/// instruction it was rejected for.
///
/// The path of the rejection says what to try: lengths around what it compared with the packet's
/// end, bytes that make its branches go the same way, entries for the keys it looked up. The rest is
/// chance with a fixed seed, so a search gives the same answer each time.
///
/// Thread: one search at a time; runs the program on its collection's maps.
/// Fails: never; a search may find nothing, which proves nothing.
public final class WitnessSearch {
    /// Runs that a search takes at most.
    public static final int RUNS = 2000;

    private static final long NANOS = 1_000_000_000L;
    private static final int SHORTEST = 14;
    private static final int LONGEST = 1514;
    private static final int NEAR = 64;

    private static final long INSTRUCTIONS = 200_000;

    private final BpfProgram program;
    private final Explanation why;
    private final TestRun runs;
    private final Random random = new Random(1);
    private final MapState maps;

    /// What came of a search.
    ///
    /// @param witness null when none was found
    /// @param runs how many runs were made; 0 where a run cannot show what the rule is about
    public record Outcome(@Nullable Witness witness, int runs) {}

    private WitnessSearch(
            BpfProgram program, Explanation why, Iterable<BpfMap> maps, TestRun runs) {
        this.program = program;
        this.why = why;
        this.runs = runs;
        this.maps = new MapState(maps);
    }

    /// Searches.
    ///
    /// @param collection maps in the state to start from, and the rejected program, loaded
    ///     unverified, to be interpreted
    public static Outcome search(Collection collection, String name, Explanation why) {
        if (why.insn() < 0 || !isVisible(why.rule())) {
            return new Outcome(null, 0);
        }
        BpfMachine machine = collection.machine();
        machine.limitInstructions(INSTRUCTIONS);
        try (TestRun runs = new TestRun(machine, TestRun.Ingress.LOOPBACK)) {
            BpfProgram program = collection.program(name);
            return new WitnessSearch(program, why, collection.maps().values(), runs).search();
        }
    }

    /// True when breaking the rule can trip a run.
    private static boolean isVisible(RejectionRule rule) {
        return switch (rule) {
            case NULL_POINTER,
                    STALE_PACKET_POINTER,
                    PACKET_BOUNDS,
                    MAP_VALUE_BOUNDS,
                    NEGATIVE_INDEX,
                    UNBOUNDED_OFFSET,
                    MEMORY_BOUNDS,
                    STACK_BOUNDS,
                    NOT_A_POINTER,
                    READ_ONLY,
                    CONTEXT_ACCESS,
                    INFINITE_LOOP,
                    HELPER_ARGUMENT,
                    MAP_FOR_HELPER ->
                    true;
            default -> false;
        };
    }

    private Outcome search() {
        long start = System.nanoTime();
        int run = 0;
        while (run < RUNS && System.nanoTime() - start < NANOS) {
            Witness found = attempt(run++);
            if (found != null) {
                return new Outcome(found, run);
            }
        }
        return new Outcome(null, run);
    }

    private @Nullable Witness attempt(int run) {
        byte[] packet = new byte[LONGEST];
        if (run % 4 == 2) {
            random.nextBytes(packet);
        } else if (run % 4 == 3) {
            Arrays.fill(packet, (byte) 0xff);
        }
        PathWalk walk = new PathWalk(program.linked(), why.trace(), packet, random);
        walk.follow();
        int length = length(run, walk);
        byte[] input = Arrays.copyOf(packet, length);
        maps.restore();
        List<Witness.Entry> entries = maps.put(walk.lookups(), run, random);
        try {
            runs.run(program.main(), input, TestRun.Options.ONCE);
            return null;
        } catch (BudgetTrapException e) {
            return why.rule() == RejectionRule.INFINITE_LOOP
                    ? witness(input, entries, e, run)
                    : null;
        } catch (TrapException e) {
            return isMeant(e) ? witness(input, entries, e, run) : null;
        } catch (IllegalStateException | EbpfException e) {
            return null; // not what was looked for
        }
    }

    /// Offsets are wrong where they are added, and trip where they are used.
    private boolean isMeant(TrapException trap) {
        return trap.insn() == why.insn()
                || (trap.insn() > why.insn()
                        && why.rule() == RejectionRule.UNBOUNDED_OFFSET
                        && trap.insn() <= why.insn() + NEAR);
    }

    private int length(int run, PathWalk walk) {
        int least = Math.max(SHORTEST, walk.shortest());
        int most = Math.max(least, Math.min(LONGEST, walk.longest()));
        int wanted = run < NEAR ? least + run / 2 : random.nextInt(least, most + 1);
        return Math.min(wanted, most);
    }

    private Witness witness(
            byte[] packet, List<Witness.Entry> entries, TrapException trip, int run) {
        return new Witness(
                HexFormat.of().formatHex(packet),
                entries,
                String.valueOf(trip.getMessage()),
                run + 1);
    }

    /// The maps as they were before the search, and what a run starts from.
    private static final class MapState {
        private static final int MOST_BYTES = 1 << 16;

        private record Saved(BpfMap map, List<byte[][]> entries, boolean array) {}

        private final List<Saved> saved = new ArrayList<>();

        MapState(Iterable<BpfMap> maps) {
            for (BpfMap map : maps) {
                save(map);
            }
        }

        private void save(BpfMap map) {
            boolean array;
            switch (map.type()) {
                case ARRAY -> array = true;
                case HASH, LRU_HASH -> array = false;
                default -> {
                    return;
                }
            }
            if (map.isFrozen()
                    || (array && (long) map.valueSize() * map.maxEntries() > MOST_BYTES)) {
                return;
            }
            List<byte[][]> entries = new ArrayList<>();
            try {
                map.forEach((key, value) -> entries.add(new byte[][] {key.clone(), value.clone()}));
                saved.add(new Saved(map, entries, array));
            } catch (MapException e) {
                // its values cannot be read from outside
            }
        }

        void restore() {
            for (Saved each : saved) {
                if (!each.array) {
                    List<byte[]> keys = new ArrayList<>();
                    each.map.forEach((key, value) -> keys.add(key.clone()));
                    keys.forEach(each.map::delete);
                }
                each.entries.forEach(entry -> each.map.update(entry[0], entry[1], 0));
            }
        }

        /// Gives the keys that the path looks up an entry, where the path found one.
        List<Witness.Entry> put(List<PathWalk.Lookup> lookups, int run, Random random) {
            List<Witness.Entry> entries = new ArrayList<>();
            for (PathWalk.Lookup lookup : lookups) {
                byte[] key = lookup.key();
                boolean wanted = lookup.isPresent() || run % 8 == 7;
                if (key == null
                        || !wanted
                        || saved.stream().noneMatch(each -> each.map.equals(lookup.map()))) {
                    continue;
                }
                byte[] value = lookup.value().clone();
                if (run % 2 == 1) {
                    lookup.fillRest(value, random);
                }
                try {
                    lookup.map().update(key, value, 0);
                    entries.add(
                            new Witness.Entry(
                                    lookup.map().name(),
                                    HexFormat.of().formatHex(key),
                                    HexFormat.of().formatHex(value)));
                } catch (MapException e) {
                    // full, or no such element
                }
            }
            return entries;
        }
    }
}
