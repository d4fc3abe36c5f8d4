package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.xdp4j.linux.NativeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a driver says it can do with XDP.
///
/// - Thread: any; immutable. [#of] asks about the network namespace of the calling thread.
/// - Fails: [#of] is empty before Linux 6.3, which did not tell.
/// - Kernel: generic netlink family `netdev`, `NETDEV_A_DEV_XDP_FEATURES`.
///
/// @param bits `NETDEV_XDP_ACT_*`
/// @param zeroCopyMaxSegments chunks of a packet in zero-copy mode
public record XdpFeatures(long bits, int zeroCopyMaxSegments) {
    private static final long BASIC = 1;
    private static final long XSK_ZEROCOPY = 1 << 3;

    private static final int NETLINK_GENERIC = 16;
    private static final int GENL_ID_CTRL = 16;
    private static final int NLM_F_REQUEST = 1;
    private static final int CTRL_CMD_GETFAMILY = 3;
    private static final int CTRL_ATTR_FAMILY_ID = 1;
    private static final int CTRL_ATTR_FAMILY_NAME = 2;
    private static final int NETDEV_CMD_DEV_GET = 1;
    private static final int NETDEV_A_DEV_IFINDEX = 1;
    private static final int NETDEV_A_DEV_XDP_FEATURES = 3;
    private static final int NETDEV_A_DEV_XDP_ZC_MAX_SEGS = 4;

    private static final int GENL_HEADER = 4;
    private static final int ATTRIBUTE_HEADER = 4;

    /// The driver runs XDP programs itself.
    public boolean isNative() {
        return (bits & BASIC) != 0;
    }

    /// The driver receives into a UMEM.
    public boolean isZeroCopy() {
        return (bits & XSK_ZEROCOPY) != 0;
    }

    /// The features of a device; empty when the kernel does not tell.
    public static Optional<XdpFeatures> of(int ifindex) {
        try (NetlinkSocket socket = NetlinkSocket.open(NETLINK_GENERIC, 0, 0);
                Arena arena = Arena.ofConfined()) {
            int family = family(socket, arena);
            if (family == 0) {
                return Optional.empty();
            }
            MemorySegment index = arena.allocate(Integer.BYTES, Integer.BYTES);
            index.set(JAVA_INT, 0, ifindex);
            Attributes answer =
                    ask(socket, arena, family, NETDEV_CMD_DEV_GET, NETDEV_A_DEV_IFINDEX, index);
            return features(answer);
        } catch (NativeException e) {
            return Optional.empty();
        }
    }

    private static int family(NetlinkSocket socket, Arena arena) {
        MemorySegment name = arena.allocateFrom("netdev", StandardCharsets.US_ASCII);
        Attributes answer =
                ask(socket, arena, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, name);
        while (answer.advance()) {
            if (answer.type() == CTRL_ATTR_FAMILY_ID && answer.value().byteSize() >= Short.BYTES) {
                return answer.u8(0) | (answer.value().get(JAVA_BYTE, 1) & 0xff) << 8;
            }
        }
        return 0;
    }

    private static Optional<XdpFeatures> features(Attributes answer) {
        long bits = -1;
        int segments = 1;
        while (answer.advance()) {
            switch (answer.type()) {
                case NETDEV_A_DEV_XDP_FEATURES -> {
                    if (answer.value().byteSize() >= Long.BYTES) {
                        bits = answer.value().get(JAVA_LONG_UNALIGNED, 0);
                    }
                }
                case NETDEV_A_DEV_XDP_ZC_MAX_SEGS -> segments = answer.s32(1);
                default -> {}
            }
        }
        return bits < 0 ? Optional.empty() : Optional.of(new XdpFeatures(bits, segments));
    }

    /// Sends a request with one attribute and returns the attributes of the answer; none at an error.
    private static Attributes ask(
            NetlinkSocket socket,
            Arena arena,
            int type,
            int command,
            int attribute,
            MemorySegment value) {
        int attributeBytes = ATTRIBUTE_HEADER + (int) value.byteSize();
        int bytes = RtMessage.HEADER_SIZE + GENL_HEADER + (attributeBytes + 3 & ~3);
        MemorySegment message = arena.allocate(bytes, 4);
        message.set(JAVA_INT, 0, bytes);
        message.set(JAVA_SHORT, 4, (short) type);
        message.set(JAVA_SHORT, 6, (short) NLM_F_REQUEST);
        message.set(JAVA_BYTE, RtMessage.HEADER_SIZE, (byte) command);
        message.set(JAVA_BYTE, RtMessage.HEADER_SIZE + 1, (byte) 1);
        int at = RtMessage.HEADER_SIZE + GENL_HEADER;
        message.set(JAVA_SHORT, at, (short) attributeBytes);
        message.set(JAVA_SHORT, at + 2, (short) attribute);
        MemorySegment.copy(value, 0, message, at + ATTRIBUTE_HEADER, value.byteSize());
        socket.send(message);
        int received = socket.receive();
        MemorySegment[] payload = {MemorySegment.NULL};
        if (received > 0) {
            RtMessage.walk(
                    socket.datagram(received),
                    answer -> {
                        if (answer.type() == type && answer.payload().byteSize() >= GENL_HEADER) {
                            payload[0] = answer.payload().asSlice(GENL_HEADER);
                        }
                        return false;
                    });
        }
        return new Attributes(payload[0]);
    }
}
