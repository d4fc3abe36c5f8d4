package io.xdp4j.control;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.PacketTap;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.PerfEventArrayMap;
import io.xdp4j.ebpf.memory.RawMemory;
import java.lang.foreign.Arena;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Copies a device's packets into a perf event array, from where tools read them.
///
/// Thread: [#entry] and [#exit] the workers; the rest one control thread.
/// Owns: the map and the workers' headers, until closed.
/// Fails: packets that find no room are counted as lost by the rings.
/// Kernel: the trace programs of xdp-tools' xdpdump.
final class PacketCapture implements PacketTap, AutoCloseable {
    /// A worker's header, alone on two cache lines.
    private static final int HEADER_STRIDE = 128;

    private final NetDevice device;
    private final CaptureRequest request;
    private final Arena arena = Arena.ofShared();
    private final PerfEventArrayMap map;
    private final long headers;

    /// What to add to `System.nanoTime` for the time since the epoch.
    private final long epochNanos;

    private PacketCapture(
            NetDevice device, CaptureRequest request, PerfEventArrayMap map, int cpus) {
        this.device = device;
        this.request = request;
        this.map = map;
        this.headers = arena.allocate((long) HEADER_STRIDE * cpus, HEADER_STRIDE).address();
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

    /// @param only the program of a chain that packets are captured at, null for all together
    void start(@Nullable XdpProgram only) {
        device.tap(this, only);
    }

    @HotPath
    @Override
    public void entry(XdpBuff xdp) {
        long header = header(xdp);
        RawMemory.putLong(
                header + CapturedPacket.PACKET,
                RawMemory.getLong(header + CapturedPacket.PACKET) + 1);
        if (request.entry()) {
            send(xdp, header, 0, 0);
        }
    }

    @HotPath
    @Override
    public void exit(XdpBuff xdp, int action) {
        if (request.exit()) {
            send(xdp, header(xdp), 1, action);
        }
    }

    @HotPath
    private long header(XdpBuff xdp) {
        return headers + (long) HEADER_STRIDE * xdp.cpu();
    }

    @HotPath
    private void send(XdpBuff xdp, long header, int isExit, int action) {
        RawMemory.putLong(header + CapturedPacket.TIME, System.nanoTime() + epochNanos);
        RawMemory.putInt(header + CapturedPacket.QUEUE, xdp.rxQueueIndex());
        RawMemory.putInt(header + CapturedPacket.EXIT, isExit);
        RawMemory.putInt(header + CapturedPacket.ACTION, action);
        RawMemory.putInt(header + CapturedPacket.LENGTH, xdp.totalLength());
        map.output(
                PerfEventArrayMap.CURRENT_CPU,
                header,
                CapturedPacket.HEADER_BYTES,
                xdp.data(),
                Math.min(xdp.length(), request.snapLength()),
                xdp.cpu());
    }

    /// The workers have left the tap when this returns.
    @Override
    public void close() {
        device.tap(null);
        arena.close();
    }
}
