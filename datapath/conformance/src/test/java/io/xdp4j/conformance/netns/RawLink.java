package io.xdp4j.conformance.netns;

import io.xdp4j.linux.Fd;
import io.xdp4j.linux.MsgBatch;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.Sockets;
import io.xdp4j.linux.afpacket.AfPacket;
import io.xdp4j.linux.afpacket.PacketAuxdata;
import io.xdp4j.linux.afpacket.PacketSocket;
import io.xdp4j.linux.device.IfReq;
import io.xdp4j.testkit.NetNs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A host's interface, frame by frame: what its own stack would never send, and what arrives.
///
/// Thread: one at a time.
/// Owns: its socket.
/// Fails: [NativeException] when the kernel does not take a frame.
public final class RawLink implements AutoCloseable {
    private static final int ROOM = 1 << 16;
    private static final int BUFFER = 8 << 20;
    private static final int MACS = 12;
    private static final int TAG = 4;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment out = arena.allocate(ROOM, 8);
    private final MemorySegment in = arena.allocate(ROOM, 8);
    private final MsgBatch batch = MsgBatch.of(arena, 1, 1, 0, PacketAuxdata.CONTROL_SPACE);
    private final int fd;

    private RawLink(int fd) {
        this.fd = fd;
    }

    /// Opens `eth0` of a host.
    static RawLink open(NetNs netns) {
        return open(netns, "eth0");
    }

    /// Opens any interface of a host.
    public static RawLink open(NetNs netns, String name) {
        return new RawLink(Inside.call(netns, () -> socket(name)));
    }

    private static int socket(String name) {
        int fd = PacketSocket.open();
        try (IfReq interfaces = IfReq.open()) {
            int ifindex = interfaces.index(name);
            PacketSocket.setOption(fd, AfPacket.PACKET_AUXDATA, 1);
            PacketSocket.setOption(fd, AfPacket.PACKET_IGNORE_OUTGOING, 1);
            PacketSocket.addPromiscuous(fd, ifindex);
            Sockets.setOption(fd, Sockets.SOL_SOCKET, Sockets.SO_RCVBUFFORCE, BUFFER);
            Sockets.setOption(fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUFFORCE, BUFFER);
            PacketSocket.bind(fd, AfPacket.ETH_P_ALL, ifindex);
            return fd;
        } catch (RuntimeException e) {
            Fd.close(fd);
            throw e;
        }
    }

    /// Has frames go to the driver past the queueing discipline.
    public RawLink pastQdisc() {
        PacketSocket.setOption(fd, AfPacket.PACKET_QDISC_BYPASS, 1);
        return this;
    }

    /// Sends one frame as it is.
    void send(byte[] frame) {
        int sent = trySend(frame);
        if (sent < 0) {
            throw NativeException.of("send", frame.length + " bytes", sent);
        }
    }

    /// Sends one frame, and returns the negative errno when the kernel does not take it.
    public int trySend(byte[] frame) {
        MemorySegment.copy(frame, 0, out, ValueLayout.JAVA_BYTE, 0, frame.length);
        return Sockets.send(fd, out.address(), frame.length, 0);
    }

    /// The first frame from now on that is wanted, with the tag that the kernel took out; empty
    /// when none came.
    public Optional<byte[]> receive(int millis, Predicate<byte[]> wanted) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0 || PollSet.pollOne(fd, PollSet.POLLIN, (int) left) == 0) {
                return Optional.empty();
            }
            batch.set(0, in.address(), ROOM);
            batch.rearm(0, 1);
            if (batch.receive(fd, 0, 1, Sockets.MSG_DONTWAIT) == 1) {
                byte[] frame = frame();
                if (wanted.test(frame)) {
                    return Optional.of(frame);
                }
            }
        }
    }

    private byte[] frame() {
        byte[] bytes = in.asSlice(0, batch.lengthBytes(0)).toArray(ValueLayout.JAVA_BYTE);
        long auxdata = PacketAuxdata.find(batch, 0);
        if (auxdata == 0 || !PacketAuxdata.hasVlan(auxdata)) {
            return bytes;
        }
        return ByteBuffer.allocate(bytes.length + TAG)
                .put(bytes, 0, MACS)
                .putShort((short) PacketAuxdata.vlanTpid(auxdata))
                .putShort((short) PacketAuxdata.vlanTci(auxdata))
                .put(bytes, MACS, bytes.length - MACS)
                .array();
    }

    /// Sends a frame, which must arrive as it is.
    static void assertCrosses(RawLink from, byte[] frame, RawLink to) {
        from.send(frame);
        Optional<byte[]> arrived = to.receive(5000, bytes -> Arrays.equals(bytes, frame));
        if (arrived.isEmpty()) {
            throw new AssertionError("did not arrive: " + Arrays.toString(frame));
        }
    }

    @Override
    public void close() {
        Fd.close(fd);
        arena.close();
    }
}
