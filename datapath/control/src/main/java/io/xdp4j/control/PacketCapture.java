package io.xdp4j.control;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.TapPoint;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.PerfEventArrayMap;
import java.lang.foreign.Arena;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Copies a device's packets into a perf event array, from where tools read them.
///
/// Thread: one control thread.
/// Owns: the map and the workers' headers, until closed.
/// Fails: packets that find no room are counted as lost by the rings.
/// Kernel: the trace programs of xdp-tools' xdpdump.
final class PacketCapture implements AutoCloseable {
    private final NetDevice device;
    private final CaptureRequest request;
    private final Arena arena = Arena.ofShared();
    private final PerfEventArrayMap map;
    private final int cpus;

    /// The same for all taps, so that their times follow one another.
    private final long epochNanos;

    private PacketCapture(
            NetDevice device, CaptureRequest request, PerfEventArrayMap map, int cpus) {
        this.device = device;
        this.request = request;
        this.map = map;
        this.cpus = cpus;
        Instant now = Instant.now();
        this.epochNanos = now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
    }

    static PacketCapture open(Datapath datapath, NetDevice device, CaptureRequest request) {
        int cpus = datapath.workers().size();
        BpfMap map =
                datapath.bpf()
                        .createMap(
                                MapSpec.of(
                                        "xdpdump_perf_ma",
                                        MapType.PERF_EVENT_ARRAY,
                                        Integer.BYTES,
                                        Integer.BYTES,
                                        cpus,
                                        0));
        return new PacketCapture(device, request, (PerfEventArrayMap) map, cpus);
    }

    PerfEventArrayMap map() {
        return map;
    }

    /// @param programs by id; null for 0, which is all as one
    void start(IntFunction<@Nullable XdpProgram> programs) {
        List<TapPoint> points = new ArrayList<>();
        for (int id : request.programs()) {
            points.add(new TapPoint(programs.apply(id), tap(id)));
        }
        device.tap(points);
    }

    private ProgramTap tap(int program) {
        long bytes = (long) ProgramTap.HEADER_STRIDE * cpus;
        long headers = arena.allocate(bytes, ProgramTap.HEADER_STRIDE).address();
        return new ProgramTap(request, map, program, headers, epochNanos);
    }

    /// The workers have left the taps when this returns.
    @Override
    public void close() {
        device.tap(List.of());
        arena.close();
    }
}
