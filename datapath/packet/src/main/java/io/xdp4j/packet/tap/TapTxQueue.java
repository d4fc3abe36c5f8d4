package io.xdp4j.packet.tap;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.TxQueue;
import io.xdp4j.core.frame.ByteBufFrames;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.Fd;
import io.xdp4j.packet.vnet.VnetHeader;
import java.lang.foreign.Arena;

/// Writes one worker's frames to a TAP descriptor, one call a frame.
///
/// Thread: its worker.
/// Owns: the frame in [#send]; the staging memory for chains.
final class TapTxQueue implements AutoCloseable {
    private final NetDevice device;
    private final Worker worker;
    private final TxQueue counters;
    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final long staging;

    TapTxQueue(NetDevice device, Worker worker, TxQueue counters, int fd) {
        this.device = device;
        this.worker = worker;
        this.counters = counters;
        this.fd = fd;
        this.staging = arena.allocate(VnetHeader.BYTES + ByteBufFrames.MAX_BYTES, 8).address();
    }

    @HotPath
    void send(XdpFrame frame) {
        long header = VnetHeader.write(frame);
        int length = frame.totalLength();
        if (frame.hasFrags()) {
            header = stage(frame, header);
        }
        int written = Fd.write(fd, header, length + VnetHeader.BYTES);
        if (written > 0) {
            counters.sent(1, length);
            worker.transmitted(frame);
        } else {
            counters.dropped(1);
            worker.drop(frame, reason(written), device.ifindex());
        }
    }

    @HotPath
    private long stage(XdpFrame frame, long header) {
        RawMemory.copy(header, staging, VnetHeader.BYTES);
        long to = staging + VnetHeader.BYTES;
        for (XdpFrame part = frame; part != null; part = part.nextFrag()) {
            RawMemory.copy(part.data(), to, part.length());
            to += part.length();
        }
        return staging;
    }

    @HotPath
    private static DropReason reason(int error) {
        return switch (-error) {
            case Errno.EAGAIN, Errno.ENOBUFS, Errno.ENOMEM -> DropReason.TX_RING_FULL;
            case Errno.EIO, Errno.ENETDOWN -> DropReason.TX_DEVICE_DOWN;
            default -> DropReason.TX_ERROR;
        };
    }

    @Override
    public void close() {
        arena.close();
    }
}
