package io.xdp4j.control;

import io.xdp4j.core.bpf.DatapathBackends;
import io.xdp4j.core.bpf.ObjectProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.testrun.TestRun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The eBPF objects of a datapath: loads them, runs their timers, and frees them when nothing can
/// run them any more.
///
/// Thread: any but a worker's.
/// Owns: the objects, until unloaded or closed.
/// Fails: an [io.xdp4j.ebpf.EbpfException] for the object.
public final class DatapathObjects implements AutoCloseable {
    /// How often due timers are looked for.
    private static final long TIMER_MILLIS = 1;

    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Datapath datapath;
    private final DatapathBackends backends;
    private final Map<Integer, LiveObject> objects = new LinkedHashMap<>();
    // Unloaded, but something may still run or read what is theirs.
    private final List<LiveObject> stillNamed = new ArrayList<>();
    private int lastId;
    private @Nullable Future<?> timers;

    public DatapathObjects(Datapath datapath) {
        this.datapath = datapath;
        this.backends = new DatapathBackends(datapath, this::program);
    }

    // ---- loading

    /// Makes an object live; its redirect maps are the datapath's.
    ///
    /// @param options which programs, and the engine; the rest is set here
    public synchronized LiveObject load(String name, CollectionSpec spec, LoadOptions options) {
        Collection collection =
                Collection.load(
                        spec,
                        options.withRuntime(datapath.bpf(), 0, TestRun.Ingress.LOOPBACK)
                                .withBackends(backends::open));
        LiveObject object = new LiveObject(++lastId, name, spec, collection);
        collection
                .programs()
                .values()
                .forEach(program -> object.add(program, new ObjectProgram(datapath, program)));
        objects.put(object.id(), object);
        if (collection.maps().values().stream().anyMatch(DatapathObjects::hasTimers)) {
            startTimers();
        }
        return object;
    }

    private static boolean hasTimers(BpfMap map) {
        return map.spec().field("bpf_timer") != null;
    }

    /// Callbacks run on worker 0 between its polls.
    private void startTimers() {
        if (timers == null) {
            timers =
                    datapath.workers()
                            .get(0)
                            .eventLoop()
                            .scheduleAtFixedRate(
                                    () -> datapath.bpf().runTimers(datapath.machine(0)),
                                    TIMER_MILLIS,
                                    TIMER_MILLIS,
                                    TimeUnit.MILLISECONDS);
        }
    }

    // ---- look-ups

    public synchronized List<LiveObject> all() {
        return List.copyOf(objects.values());
    }

    public synchronized Optional<LiveObject> object(int id) {
        return Optional.ofNullable(objects.get(id));
    }

    /// The program with that id.
    public synchronized Optional<XdpProgram> program(int id) {
        for (LiveObject object : objects.values()) {
            XdpProgram program = object.program(id);
            if (program != null) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    /// The cpumaps of all objects, one that they share once.
    public synchronized List<CpuMap> cpuMaps() {
        return objects.values().stream()
                .flatMap(object -> object.cpuMaps().stream())
                .distinct()
                .toList();
    }

    // ---- unloading

    /// Detaches the object's programs, lets what its maps hold drain, and frees it, unless the maps of
    /// others name what is its own: then it goes when an unload finds it named no more.
    public synchronized void unload(LiveObject object) {
        if (objects.remove(object.id()) == null) {
            return;
        }
        for (NetDevice device : datapath.devices()) {
            LocalControl.takeOff(device, object::runs);
        }
        datapath.workers().synchronize();
        stillNamed.add(object);
        while (stillNamed.removeIf(this::isFreed)) {
            // Those that are left may have been named by those that went.
        }
    }

    private boolean isFreed(LiveObject object) {
        boolean unused = drain(object, cpuMaps()) && !isNamedElsewhere(object);
        if (unused) {
            object.collection().close();
        }
        return unused;
    }

    /// Empties the cpumaps but those of others; false when a ring still holds frames after some time.
    /// The object's programs may also be those of entries that the others' maps have just given up.
    private boolean drain(LiveObject object, List<CpuMap> others) {
        List<CpuMap> maps = new ArrayList<>(others);
        for (CpuMap map : object.cpuMaps()) {
            if (!others.contains(map)) {
                map.all().forEach(entry -> map.delete(entry.cpu()));
                maps.add(map);
            }
        }
        long deadline = System.nanoTime() + DRAIN_NANOS;
        while (!maps.stream().allMatch(CpuMap::hasDrained)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        datapath.workers().synchronize();
        return true;
    }

    /// True when an entry of a map that stays is, or runs, one of its programs or maps.
    private boolean isNamedElsewhere(LiveObject object) {
        boolean[] named = {false};
        for (BpfMap map : datapath.bpf().maps()) {
            Predicate<byte[]> names = stays(map, object) ? naming(map, object) : null;
            if (names != null) {
                map.forEach((_, value) -> named[0] |= names.test(value));
            }
        }
        return named[0];
    }

    private boolean stays(BpfMap map, LiveObject without) {
        return !without.has(map) || objects.values().stream().anyMatch(other -> other.has(map));
    }

    /// Which of the map's values name something of the object; null where none can.
    private @Nullable Predicate<byte[]> naming(BpfMap map, LiveObject object) {
        return switch (map.type()) {
            case PROG_ARRAY -> value -> object.has(word(value, 0));
            case ARRAY_OF_MAPS, HASH_OF_MAPS ->
                    value -> {
                        BpfMap inner = datapath.bpf().mapById(word(value, 0));
                        return inner != null && object.has(inner);
                    };
            default ->
                    map instanceof RedirectMap && map.valueSize() == 2 * Integer.BYTES
                            ? value -> object.has(word(value, Integer.BYTES))
                            : null;
        };
    }

    private static int word(byte[] value, int at) {
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    /// Frees everything. No program may be attached any more.
    @Override
    public synchronized void close() {
        if (timers != null) {
            timers.cancel(false);
            datapath.workers().synchronize();
        }
        objects.values().forEach(object -> drain(object, List.of()));
        objects.values().forEach(object -> object.collection().close());
        stillNamed.forEach(object -> object.collection().close());
        objects.clear();
        stillNamed.clear();
    }
}
