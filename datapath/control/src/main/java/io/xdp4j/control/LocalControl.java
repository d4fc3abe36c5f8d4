package io.xdp4j.control;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.ChainedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.device.XdpChain;
import io.xdp4j.core.device.XdpFlags;
import io.xdp4j.core.device.XdpMode;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.Tracepoints;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.elf.ObjectReader;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.PerfEventArrayMap;
import io.xdp4j.ebpf.map.PerfRing;
import io.xdp4j.ebpf.map.RingBufferMap;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A session with a datapath of this process.
///
/// Thread: one at a time; several sessions may exist.
/// Owns: what was loaded, attached and subscribed through it, until closed.
final class LocalControl implements DatapathControl {
    private static final int MAX_TRACES = 16;
    private static final int MIN_PERF_BYTES = 4096;
    private static final int MAX_PERF_BYTES = 4 << 20;
    private static final int MAX_ENTRIES = 1 << 16;

    private final DatapathHost host;
    private final Datapath datapath;
    private final DatapathInfo info;
    private final Map<Integer, LiveObject> ownObjects = new LinkedHashMap<>();
    private final List<Attached> ownAttachments = new ArrayList<>();
    private final Map<Integer, Trace> traces = new HashMap<>();
    private final Map<Integer, List<PerfRing>> perfRings = new HashMap<>();
    private final Map<Integer, PacketCapture> captures = new HashMap<>();
    private int lastTrace;

    LocalControl(DatapathHost host, DatapathInfo info) {
        this.host = host;
        this.datapath = host.datapath();
        this.info = info;
    }

    private record Attached(int ifindex, int program) {}

    private record Trace(TraceCounters counters, Tracepoints.Subscription subscription) {}

    /// Runs a request with other sessions kept out, and gives every failure one form.
    private <T extends @Nullable Object> T guarded(Supplier<T> request) {
        try {
            synchronized (host) {
                return request.get();
            }
        } catch (RuntimeException e) {
            throw ControlException.of(e);
        }
    }

    private void guarded(Runnable request) {
        guarded(() -> {
            request.run();
            return true;
        });
    }

    @Override
    public DatapathInfo info() {
        return info;
    }

    // ---- devices

    @Override
    public List<DeviceInfo> devices() {
        return guarded(() -> datapath.devices().stream().map(LocalControl::info).toList());
    }

    private static DeviceInfo info(NetDevice device) {
        return new DeviceInfo(
                device.name(),
                device.ifindex(),
                device.transport(),
                device.mac(),
                device.mtu(),
                device.isUp() && device.hasCarrier(),
                device.rxQueues().stream().map(RxQueue::worker).map(w -> w.index()).toList(),
                attachments(device));
    }

    private static List<Attachment> attachments(NetDevice device) {
        XdpMode mode = device.xdp().mode();
        if (mode == null) {
            return List.of();
        }
        boolean isChain = isChain(device, mode);
        return device.xdp().chain().stream()
                .map(member ->
                        new Attachment(
                                idOf(device, member.program()),
                                member.program().name(),
                                mode == XdpMode.SKB ? AttachMode.SKB : AttachMode.NATIVE,
                                isChain ? member.priority() : 0,
                                isChain ? member.chainActions() : 0))
                .toList();
    }

    private static boolean isChain(NetDevice device, XdpMode mode) {
        AttachedProgram there = device.xdp().program(mode);
        return there != null && there.program() instanceof XdpChain;
    }

    private static int idOf(NetDevice device, XdpProgram program) {
        return device.datapath().loaded(program).id();
    }

    private NetDevice device(int ifindex) {
        for (NetDevice device : datapath.devices()) {
            if (device.ifindex() == ifindex) {
                return device;
            }
        }
        throw new ControlException(
                ControlException.Kind.USAGE,
                Errno.ENODEV,
                "ifindex: " + ifindex + " (expected: a device of the datapath)");
    }

    @Override
    public Snapshot snapshot() {
        return guarded(() -> host.snapshot());
    }

    // ---- objects

    @Override
    public ObjectInfo load(ObjectRequest request) {
        return guarded(() -> {
            LiveObject object =
                    host.objects().load(request.name(), spec(request), options(request));
            if (request.persistent()) {
                object.persist();
            } else {
                ownObjects.put(object.id(), object);
            }
            return object.info();
        });
    }

    private static CollectionSpec spec(ObjectRequest request) {
        CollectionSpec spec = ObjectReader.read(request.elf(), request.name());
        for (String program : request.programs()) {
            requireXdp(spec, spec.program(program));
        }
        for (Map.Entry<String, byte[]> global : request.globals().entrySet()) {
            spec = spec.withGlobal(global.getKey(), global.getValue());
        }
        for (Map.Entry<String, Integer> size : request.mapEntries().entrySet()) {
            if (spec.map(size.getKey()) != null) {
                spec = spec.withMaxEntries(size.getKey(), size.getValue());
            }
        }
        return spec;
    }

    private static void requireXdp(CollectionSpec spec, ProgramSpec program) {
        if (!isXdp(program)) {
            throw new ControlException(
                    ControlException.Kind.INPUT,
                    spec.file()
                            + ": "
                            + program.name()
                            + ": section "
                            + program.section()
                            + " (expected: an XDP program)");
        }
    }

    /// Old objects have sections such as `xdp_fwd` or `xdp1`, which libbpf does not know.
    private static boolean isXdp(ProgramSpec program) {
        return program.isXdp() || (program.type() == null && program.section().startsWith("xdp"));
    }

    private static LoadOptions options(ObjectRequest request) {
        return LoadOptions.DEFAULT
                .withEngine(request.engine())
                .withType(ProgramType.XDP)
                .withWanted(program ->
                        isXdp(program)
                                && (request.programs().isEmpty()
                                        || request.programs().contains(program.name())));
    }

    @Override
    public void unload(int object) {
        guarded(() -> {
            LiveObject live =
                    host.objects().object(object).orElseThrow(() -> unknown("object", object));
            ownObjects.remove(object);
            host.objects().unload(live);
        });
    }

    private static ControlException unknown(String what, int id) {
        return new ControlException(
                ControlException.Kind.USAGE,
                Errno.ENOENT,
                what + ": " + id + " (expected: the id of one that is loaded)");
    }

    @Override
    public List<ObjectInfo> objects() {
        return guarded(() -> host.objects().all().stream().map(LiveObject::info).toList());
    }

    // ---- attachments

    @Override
    public Attachment attach(AttachRequest request) {
        return guarded(() -> attachNow(request));
    }

    private Attachment attachNow(AttachRequest request) {
        NetDevice device = device(request.ifindex());
        XdpProgram program = program(request.program());
        int mode =
                switch (request.mode()) {
                    case UNSPECIFIED -> 0;
                    case NATIVE -> XdpFlags.DRV_MODE;
                    case SKB -> XdpFlags.SKB_MODE;
                };
        if (request.priority() != 0) {
            device.xdp()
                    .load(
                            List.of(
                                    new ChainedProgram(
                                            program, request.priority(), request.chainActions())),
                            mode);
        } else if (request.expected() != 0) {
            device.xdp().attach(program, program(request.expected()), mode | XdpFlags.REPLACE);
        } else {
            device.xdp()
                    .attach(program, mode | (request.noExist() ? XdpFlags.UPDATE_IF_NOEXIST : 0));
        }
        int id = idOf(device, program);
        if (!request.persistent()) {
            ownAttachments.add(new Attached(request.ifindex(), id));
        }
        return attachments(device).stream()
                .filter(one -> one.program() == id)
                .findFirst()
                .orElseThrow(() -> unknown("program", id));
    }

    private XdpProgram program(int id) {
        return host.objects().program(id).orElseThrow(() -> unknown("program", id));
    }

    @Override
    public boolean detach(int ifindex, int program) {
        return guarded(() -> detachNow(ifindex, program));
    }

    private boolean detachNow(int ifindex, int program) {
        NetDevice device = device(ifindex);
        boolean isThere = !attachments(device).isEmpty();
        if (program == 0) {
            device.detach();
        } else {
            isThere = takeOff(device, other -> idOf(device, other) == program);
        }
        ownAttachments.removeIf(
                own -> own.ifindex() == ifindex && (program == 0 || own.program() == program));
        return isThere;
    }

    /// Takes programs off a device, whatever else runs there; false when none was there.
    static boolean takeOff(NetDevice device, Predicate<XdpProgram> unwanted) {
        XdpMode mode = device.xdp().mode();
        if (mode == null) {
            return false;
        }
        List<XdpProgram> found =
                device.xdp().chain().stream()
                        .map(ChainedProgram::program)
                        .filter(unwanted)
                        .toList();
        if (found.isEmpty()) {
            return false;
        }
        if (isChain(device, mode)) {
            found.forEach(device.xdp()::unload);
        } else {
            device.xdp().detach(mode == XdpMode.SKB ? XdpFlags.SKB_MODE : XdpFlags.DRV_MODE);
        }
        return true;
    }

    // ---- maps

    @Override
    public List<MapInfo> maps() {
        return guarded(() -> datapath.bpf().maps().stream().map(MapInfo::of).toList());
    }

    private BpfMap map(int id) {
        return Optional.ofNullable(datapath.bpf().mapById(id))
                .orElseThrow(() -> unknown("map", id));
    }

    @Override
    public byte @Nullable [] lookup(int map, byte[] key) {
        return this.<byte @Nullable []>guarded(() -> map(map).lookup(key));
    }

    @Override
    public void update(int map, byte[] key, byte[] value, long flags) {
        guarded(() -> map(map).update(key, value, flags));
    }

    @Override
    public void delete(int map, byte[] key) {
        guarded(() -> map(map).delete(key));
    }

    @Override
    public List<MapEntry> entries(int map, byte @Nullable [] after, int limit) {
        if (limit < 1 || limit > MAX_ENTRIES) {
            throw new ControlException(
                    ControlException.Kind.USAGE,
                    Errno.EINVAL,
                    "limit: " + limit + " (expected: 1.." + MAX_ENTRIES + ")");
        }
        return guarded(() -> entriesNow(map(map), after, limit));
    }

    private static List<MapEntry> entriesNow(BpfMap map, byte @Nullable [] after, int limit) {
        List<MapEntry> entries = new ArrayList<>();
        byte[] key = map.nextKey(after);
        while (key != null && entries.size() < limit) {
            byte[] value = map.lookup(key);
            if (value != null) {
                entries.add(new MapEntry(key, value));
            }
            key = map.nextKey(key);
        }
        return entries;
    }

    // ---- tracepoints

    @Override
    public int openTrace(TraceFilter filter) {
        return guarded(() -> {
            if (traces.size() == MAX_TRACES) {
                throw new ControlException(
                        ControlException.Kind.USAGE,
                        Errno.EBUSY,
                        "traces: "
                                + MAX_TRACES
                                + " are open already (expected: fewer in a session)");
            }
            TraceCounters counters = new TraceCounters(filter, datapath.workers().size());
            Tracepoints.Subscription subscription =
                    datapath.tracepoints().subscribe(counters, counters.points());
            traces.put(++lastTrace, new Trace(counters, subscription));
            return lastTrace;
        });
    }

    @Override
    public TraceCounts readTrace(int trace) {
        return guarded(() -> trace(trace).counters().read());
    }

    private Trace trace(int id) {
        Trace trace = traces.get(id);
        if (trace == null) {
            throw unknown("trace", id);
        }
        return trace;
    }

    @Override
    public void closeTrace(int trace) {
        guarded(() -> {
            trace(trace).subscription().close();
            traces.remove(trace);
        });
    }

    // ---- records

    @Override
    public void openPerf(int map, int bytesPerCpu) {
        checkRing(bytesPerCpu);
        guarded(() -> openPerfNow(map(map), bytesPerCpu));
    }

    private static void checkRing(int bytesPerCpu) {
        if (bytesPerCpu < MIN_PERF_BYTES
                || bytesPerCpu > MAX_PERF_BYTES
                || Integer.bitCount(bytesPerCpu) != 1) {
            throw new ControlException(
                    ControlException.Kind.USAGE,
                    Errno.EINVAL,
                    "bytes: " + bytesPerCpu + " (expected: power of two, 4096..4194304)");
        }
    }

    // ---- captures

    @Override
    public int openCapture(CaptureRequest request) {
        checkRing(request.bytesPerCpu());
        return guarded(() -> openCaptureNow(request));
    }

    private int openCaptureNow(CaptureRequest request) {
        NetDevice device = device(request.ifindex());
        if (device.isTapped()) {
            throw new ControlException(
                    ControlException.Kind.USAGE,
                    Errno.EBUSY,
                    device.name() + ": EBUSY: its packets are being captured already");
        }
        request.programs().stream().filter(id -> id != 0).forEach(this::program); // all are there
        PacketCapture capture = PacketCapture.open(datapath, device, request);
        captures.put(capture.map().id(), capture);
        openPerfNow(capture.map(), request.bytesPerCpu());
        capture.start(id -> id == 0 ? null : program(id));
        return capture.map().id();
    }

    @Override
    public void closeCapture(int map) {
        guarded(() -> closeCaptureNow(map));
    }

    private void closeCaptureNow(int map) {
        PacketCapture capture = captures.remove(map);
        if (capture == null) {
            throw unknown("capture", map);
        }
        capture.close();
        perfRings.remove(map);
        datapath.bpf().unregisterMap(map);
        capture.map().close();
    }

    private void openPerfNow(BpfMap map, int bytes) {
        if (!(map instanceof PerfEventArrayMap array)) {
            throw wrongType(map, "perf_event_array");
        }
        List<PerfRing> rings = new ArrayList<>();
        int cpus = Math.min(datapath.workers().size(), map.maxEntries());
        for (int cpu = 0; cpu < cpus; cpu++) {
            rings.add(array.open(cpu, bytes));
        }
        perfRings.put(map.id(), rings);
    }

    private static ControlException wrongType(BpfMap map, String expected) {
        return new ControlException(
                ControlException.Kind.USAGE, Errno.EINVAL, map + " (expected: " + expected + ")");
    }

    @Override
    public RecordBatch readRecords(int map, int atLeast) {
        return guarded(() -> readRecordsNow(map, atLeast));
    }

    private RecordBatch readRecordsNow(int map, int atLeast) {
        BpfMap found = map(map);
        if (found instanceof RingBufferMap ring) {
            return records(ring);
        }
        List<PerfRing> rings = perfRings.get(map);
        if (rings == null) {
            throw wrongType(found, "ringbuf, or a perf_event_array opened before");
        }
        boolean due = rings.stream().anyMatch(ring -> ring.isDue(atLeast));
        return due ? records(rings) : new RecordBatch(List.of(), lost(rings));
    }

    private static RecordBatch records(RingBufferMap ring) {
        List<RecordBatch.Sent> records = new ArrayList<>();
        ring.poll((byte[] bytes) -> records.add(new RecordBatch.Sent(-1, bytes)));
        return new RecordBatch(records, 0);
    }

    private static RecordBatch records(List<PerfRing> rings) {
        List<RecordBatch.Sent> records = new ArrayList<>();
        for (int cpu = 0; cpu < rings.size(); cpu++) {
            int from = cpu;
            rings.get(cpu).poll(bytes -> records.add(new RecordBatch.Sent(from, bytes)));
        }
        return new RecordBatch(records, lost(rings));
    }

    private static long lost(List<PerfRing> rings) {
        return rings.stream().mapToLong(PerfRing::lost).sum();
    }

    // ---- the end

    @Override
    public void close() {
        guarded(() -> {
            traces.values().forEach(trace -> trace.subscription().close());
            traces.clear();
            List.copyOf(captures.keySet()).forEach(this::closeCaptureNow);
            List.copyOf(ownAttachments).reversed().forEach(this::takeBack);
            ownAttachments.clear();
            List.copyOf(ownObjects.values())
                    .reversed()
                    .forEach(object -> host.objects().unload(object));
            ownObjects.clear();
        });
    }

    /// The device may be gone, or have another program by now.
    private void takeBack(Attached own) {
        boolean isThere =
                datapath.devices().stream().anyMatch(device -> device.ifindex() == own.ifindex());
        if (isThere) {
            detachNow(own.ifindex(), own.program());
        }
    }
}
