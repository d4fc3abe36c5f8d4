package io.xdp4j.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A running datapath as tools see it.
///
/// Map keys and values have the form that `bpf(2)` gives users: values of per-CPU maps are all
/// workers' values behind each other, each rounded up to eight bytes.
///
/// Thread: one at a time.
/// Owns: what was loaded and attached through it and is not persistent, until closed.
/// Fails: [ControlException], from every method.
/// Kernel: `bpf(2)`, and what `ip link`, `ethtool` and `perf` add to it.
public interface DatapathControl extends AutoCloseable {
    /// Which datapath this is.
    DatapathInfo info();

    /// Devices in the order they were made, with what is attached to them.
    List<DeviceInfo> devices();

    /// All counters now.
    Snapshot snapshot();

    // ---- objects

    /// Loads an object into the datapath; nothing runs before it is attached.
    ObjectInfo load(ObjectRequest request);

    /// Detaches the object's programs wherever they are and frees it.
    void unload(int object);

    /// Objects that are loaded, those of the configuration included.
    List<ObjectInfo> objects();

    // ---- attachments

    /// Attaches a program to a device.
    ///
    /// Kernel: `dev_xdp_attach`; the same errnos.
    Attachment attach(AttachRequest request);

    /// Takes a program off a device: the one with that id, or every program when it is 0. False
    /// when it was not there.
    boolean detach(int ifindex, int program);

    // ---- maps

    /// Maps by ascending id, those of the configuration included.
    List<MapInfo> maps();

    /// The value, or null when there is none.
    byte @Nullable [] lookup(int map, byte[] key);

    /// Sets a value. Entries of cpumaps and devmaps name their program by its id.
    ///
    /// @param flags `BPF_ANY`, `BPF_NOEXIST`, `BPF_EXIST`
    void update(int map, byte[] key, byte[] value, long flags);

    void delete(int map, byte[] key);

    /// Up to `limit` entries behind the key `after`; from the first for null.
    List<MapEntry> entries(int map, byte @Nullable [] after, int limit);

    // ---- tracepoints

    /// Begins to add up tracepoints; returns a number for the other two.
    int openTrace(TraceFilter filter);

    /// What was added up since it was opened.
    TraceCounts readTrace(int trace);

    void closeTrace(int trace);

    // ---- records

    /// Makes a perf event array take records, with a ring of that size for each worker.
    ///
    /// @param bytesPerCpu power of two, 4096 to 4 MiB
    void openPerf(int map, int bytesPerCpu);

    /// Takes the records that are in a perf event array or ring buffer now.
    default RecordBatch readRecords(int map) {
        return readRecords(map, 1);
    }

    /// The same once a worker of a perf event array has so many, or its ring is half full; none
    /// before.
    ///
    /// Kernel: `wakeup_events` of `perf_event_attr`.
    RecordBatch readRecords(int map, int atLeast);

    // ---- captures

    /// Begins to copy a device's packets; returns the map from which [#readRecords] takes them, each
    /// a [CapturedPacket].
    ///
    /// Kernel: xdpdump of xdp-tools.
    int openCapture(CaptureRequest request);

    void closeCapture(int map);

    /// Ends the session. Fails: never.
    @Override
    void close();
}
