package io.xdp4j.control;

import io.xdp4j.core.device.PacketTap;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.PerfEventArrayMap;
import io.xdp4j.ebpf.memory.RawMemory;

/// Copies the packets of one program of a device into a perf event array.
///
/// Thread: [#entry] and [#exit] the workers.
/// Owns: nothing; the headers are its capture's.
/// Fails: packets that find no room are counted as lost by the rings.
/// Kernel: the trace programs of xdp-tools' xdpdump, one pair of them.
final class ProgramTap implements PacketTap {
    /// A worker's header, alone on two cache lines.
    static final int HEADER_STRIDE = 128;

    private final CaptureRequest request;
    private final PerfEventArrayMap map;
    private final int program;
    private final long headers;

    private final long epochNanos;

    /// @param program its id, 0 for all as one
    /// @param headers [#HEADER_STRIDE] bytes for each worker, zero
    /// @param epochNanos what to add to `System.nanoTime` for the time since the epoch
    ProgramTap(
            CaptureRequest request,
            PerfEventArrayMap map,
            int program,
            long headers,
            long epochNanos) {
        this.request = request;
        this.map = map;
        this.program = program;
        this.headers = headers;
        this.epochNanos = epochNanos;
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
        RawMemory.putInt(header + CapturedPacket.PROGRAM, program);
        map.output(
                PerfEventArrayMap.CURRENT_CPU,
                header,
                CapturedPacket.HEADER_BYTES,
                xdp.data(),
                Math.min(xdp.length(), request.snapLength()),
                xdp.cpu());
    }
}
