package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapEnvironment;
import io.xdp4j.ebpf.map.MapFactory;
import io.xdp4j.ebpf.map.MapSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What programs see of the system around them: CPUs, clocks, randomness, maps and programs by id,
/// interfaces and routes, trace output. The emulated kernel's BPF subsystem.
///
/// Maps, programs and functions are registered while programs run; lookups take no lock.
///
/// Thread: any.
/// Owns: nothing; whoever registers a map or program takes it out again before closing it.
/// Kernel: `map_idr`, `prog_idr`.
public final class BpfRuntime {
    /// Function pointers in registers (`PSEUDO_FUNC`) are [#functionHandle]: no address a program
    /// could use.
    public static final long FUNC_BASE = 0x464e_4300_0000_0000L;

    /// Bits of a function handle that hold the first instruction.
    private static final int FUNC_INSN_BITS = 20;

    private static final int FUNC_INSN_MASK = (1 << FUNC_INSN_BITS) - 1;

    private final int cpus;
    private final BpfClock clock;
    private final long seed;
    private final Consumer<String> trace;

    private final Timers timers;
    private final PinnedMaps pinnedMaps = new PinnedMaps();
    private final SynCookies synCookies;
    private final NeighbourMisses neighbourMisses = new NeighbourMisses();
    private volatile World world = World.DEFAULT;
    private volatile @Nullable BpfMap[] maps = new BpfMap[64];
    private volatile @Nullable Executable[] programs = new Executable[64];
    private volatile @Nullable Executable[] @Nullable [] functions = new Executable[64][];
    private int lastMapId;
    private int lastProgramId;

    /// A runtime on the host's clocks that drops trace output.
    public BpfRuntime(int cpus) {
        this(cpus, BpfClock.SYSTEM, System.nanoTime(), _ -> {});
    }

    /// @param seed where the machines' random numbers start
    /// @param trace takes each line of `bpf_trace_printk`
    public BpfRuntime(int cpus, BpfClock clock, long seed, Consumer<String> trace) {
        this.cpus = cpus;
        this.clock = clock;
        this.seed = seed;
        this.trace = trace;
        this.timers = new Timers(clock);
        this.synCookies = new SynCookies(clock, seed);
    }

    /// CPUs there are; per-CPU maps have that many values.
    public int cpus() {
        return cpus;
    }

    public BpfClock clock() {
        return clock;
    }

    public long seed() {
        return seed;
    }

    /// The network that helpers see.
    @HotPath
    public World world() {
        return world;
    }

    /// Replaces the network; runs under way may still see the old one.
    public void world(World next) {
        world = next;
    }

    /// Neighbours that lookups did not find.
    @HotPath
    public NeighbourMisses neighbourMisses() {
        return neighbourMisses;
    }

    /// Takes a line of trace output.
    public void trace(String line) {
        trace.accept(line);
    }

    public SynCookies synCookies() {
        return synCookies;
    }

    /// The timers in the maps' values.
    public Timers timers() {
        return timers;
    }

    /// Runs the timer callbacks that are due on that machine, which is at rest; returns how many
    /// ran. Whoever drives the machine calls it now and then.
    public int runTimers(BpfMachine machine) {
        return timers.run(machine);
    }

    // ---- maps

    /// Makes a map of this runtime, with a new id.
    public BpfMap createMap(MapSpec spec) {
        return createMap(spec, new RuntimeEnvironment(this));
    }

    /// Makes a map of this runtime whose surroundings are others than the runtime's.
    public BpfMap createMap(MapSpec spec, MapEnvironment environment) {
        BpfMap map = MapFactory.create(spec, nextMapId(), cpus, environment);
        registerMap(map);
        return map;
    }

    /// A map id that was not given before.
    public synchronized int nextMapId() {
        return ++lastMapId;
    }

    /// Makes the map known by its id and handle.
    public synchronized void registerMap(BpfMap map) {
        @Nullable BpfMap[] next = Arrays.copyOf(maps, capacity(maps.length, map.id()));
        if (next[map.id()] != null) {
            throw new IllegalStateException(
                    "map id " + map.id() + " is taken by " + next[map.id()]);
        }
        next[map.id()] = map;
        lastMapId = Math.max(lastMapId, map.id());
        maps = next;
    }

    public synchronized void unregisterMap(int id) {
        @Nullable BpfMap[] next = maps.clone();
        next[id] = null;
        maps = next;
    }

    /// The map a register's handle stands for, or null.
    @HotPath
    public @Nullable BpfMap map(long handle) {
        long offset = handle - BpfMap.HANDLE_BASE;
        if ((offset & (BpfMap.HANDLE_STEP - 1)) != 0) {
            return null;
        }
        @Nullable BpfMap[] known = maps;
        long id = offset / BpfMap.HANDLE_STEP;
        return id >= 0 && id < known.length ? known[(int) id] : null;
    }

    /// The map with that id, or null.
    public @Nullable BpfMap mapById(int id) {
        @Nullable BpfMap[] known = maps;
        return id >= 0 && id < known.length ? known[id] : null;
    }

    /// The maps that objects share by name.
    public PinnedMaps pinnedMaps() {
        return pinnedMaps;
    }

    /// Every map there is, by ascending id.
    public List<BpfMap> maps() {
        List<BpfMap> all = new ArrayList<>();
        for (BpfMap map : maps) {
            if (map != null) {
                all.add(map);
            }
        }
        return all;
    }

    /// The map that has a value with those bytes in it, or null. For checked memory.
    public @Nullable BpfMap mapOwning(long address, int size) {
        for (BpfMap map : maps) {
            if (map != null && map.owns(address, size)) {
                return map;
            }
        }
        return null;
    }

    // ---- programs and their functions

    /// A program id that was not given before.
    public synchronized int nextProgramId() {
        return ++lastProgramId;
    }

    /// Makes a program's main function known, for program arrays.
    public synchronized void registerProgram(int id, Executable main) {
        @Nullable Executable[] next = Arrays.copyOf(programs, capacity(programs.length, id));
        next[id] = main;
        lastProgramId = Math.max(lastProgramId, id);
        programs = next;
    }

    /// Takes the program and its functions out.
    public synchronized void unregisterProgram(int id) {
        @Nullable Executable[] next = programs.clone();
        if (id < next.length) {
            next[id] = null;
            programs = next;
        }
        if (id < functions.length) {
            @Nullable Executable[] @Nullable [] without = functions.clone();
            without[id] = null;
            functions = without;
        }
    }

    /// The program's main function, or null.
    @HotPath
    public @Nullable Executable program(int id) {
        @Nullable Executable[] known = programs;
        return id >= 0 && id < known.length ? known[id] : null;
    }

    /// Makes a program's subprograms known, for function pointers.
    ///
    /// @param byInsn as long as the program, an entry where a function begins, else null
    public synchronized void registerFunctions(int programId, @Nullable Executable[] byInsn) {
        @Nullable Executable[] @Nullable [] next =
                Arrays.copyOf(functions, capacity(functions.length, programId));
        next[programId] = byInsn.clone();
        lastProgramId = Math.max(lastProgramId, programId);
        functions = next;
    }

    /// What a register holds that points to the function at `insn` of that program.
    public static long functionHandle(int programId, int insn) {
        return FUNC_BASE + ((long) programId << FUNC_INSN_BITS) + insn;
    }

    /// The function a register's handle stands for, or null.
    @HotPath
    public @Nullable Executable function(long handle) {
        long offset = handle - FUNC_BASE;
        long programId = offset >> FUNC_INSN_BITS;
        int insn = (int) offset & FUNC_INSN_MASK;
        @Nullable Executable[] @Nullable [] known = functions;
        if (programId < 0 || programId >= known.length) {
            return null;
        }
        @Nullable Executable[] byInsn = known[(int) programId];
        return byInsn != null && insn < byInsn.length ? byInsn[insn] : null;
    }

    private static int capacity(int now, int id) {
        return id < now ? now : Integer.highestOneBit(id) * 2;
    }
}
