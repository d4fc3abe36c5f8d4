package io.xdp4j.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.linux.netlink.NetlinkEvent.LinkChanged;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RtMessageTest {
    private static List<NetlinkEvent> events(byte[] datagram) {
        List<NetlinkEvent> events = new ArrayList<>();
        RtMessage.walk(
                MemorySegment.ofArray(datagram),
                message -> {
                    assertThat(message.error()).isNotPositive();
                    message.event().ifPresent(events::add);
                    return true;
                });
        return events;
    }

    /// An `RTM_NEWLINK` of device 7 named `eth7` with MTU 1500, kind `veth` and 4 queues.
    private static byte[] newLink() {
        ByteBuffer buffer = ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(0).putShort((short) 16).putShort((short) 0).putInt(0).putInt(0);
        buffer.put((byte) 0).put((byte) 0).putShort((short) 1).putInt(7).putInt(1).putInt(0);
        attribute(buffer, 3, "eth7\0".getBytes(StandardCharsets.UTF_8));
        attribute(buffer, 4, new byte[] {(byte) 0xdc, 5, 0, 0});
        attribute(buffer, 0x8000 | 18, new byte[] {9, 0, 1, 0, 'v', 'e', 't', 'h', 0});
        attribute(buffer, 32, new byte[] {4, 0, 0, 0});
        buffer.putInt(0, buffer.position());
        byte[] bytes = new byte[buffer.position()];
        buffer.get(0, bytes);
        return bytes;
    }

    private static void attribute(ByteBuffer buffer, int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        buffer.position((buffer.position() + 3) & ~3);
    }

    @Test
    void readsADevice() {
        assertThat(events(newLink()))
                .singleElement()
                .isInstanceOfSatisfying(
                        LinkChanged.class,
                        event -> {
                            assertThat(event.link().ifindex()).isEqualTo(7);
                            assertThat(event.link().name()).isEqualTo("eth7");
                            assertThat(event.link().mtuBytes()).isEqualTo(1500);
                            assertThat(event.link().kind()).isEqualTo("veth");
                            assertThat(event.link().rxQueues()).isEqualTo(4);
                            assertThat(event.link().txQueues()).isEqualTo(1);
                            assertThat(event.link().isUp()).isTrue();
                        });
    }

    @Test
    void cutMessageIsNoEvent() {
        byte[] whole = newLink();
        for (int length = 0; length < whole.length; length++) {
            assertThat(events(Arrays.copyOf(whole, length))).isEmpty();
        }
    }

    @Test
    void everyWrongByteIsHarmless() {
        byte[] whole = newLink();
        for (int at = 0; at < whole.length; at++) {
            for (int value = 0; value < 256; value++) {
                byte[] broken = whole.clone();
                broken[at] = (byte) value;
                assertThat(events(broken).size()).isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void randomBytesAreHarmless() {
        Random random = new Random(42);
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = new byte[random.nextInt(128)];
            random.nextBytes(bytes);
            if (bytes.length >= 24) {
                // a header that holds, so that the rest is read
                ByteBuffer.wrap(bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(0, bytes.length)
                        .putShort(4, (short) (16 + random.nextInt(8)));
                bytes[16] = (byte) List.of(0, 2, 10).get(random.nextInt(3)).intValue();
            }
            events(bytes);
        }
    }

    @Test
    void severalMessagesFollowEachOther() {
        byte[] one = newLink();
        byte[] two = Arrays.copyOf(one, 2 * one.length);
        System.arraycopy(one, 0, two, one.length, one.length);
        assertThat(events(two)).hasSize(2);
    }

    @Test
    void portOfABridgeIsNoDevice() {
        byte[] message = newLink();
        message[16] = 7;
        assertThat(events(message)).isEmpty();
    }
}
