package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.linux.NetNamespace;
import io.xdp4j.programs.basic.Tx;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.NetNs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two ports over AF_XDP in the test's own process: frames pass without a copy, and those of a port that goes away
/// under load end in a counter.
///
/// ```
/// w0 ──── p0 | datapath | p1 ──── w1
/// ```
final class AfXdpPortTest {
    private static final int CHUNKS = 2048;
    private static final int ROUNDS = 6;
    private static final int SOME = 200;
    private static final String MARK = "only one";
    private static final byte[] FRAME =
            Frames.ethernet("02:00:00:00:77:01", "02:00:00:00:77:02")
                    .ipv4("10.77.0.1", "10.77.0.2")
                    .udp(7, 9)
                    .payload(MARK)
                    .build();

    private NetNs netns;
    private NetNamespace visit;
    private Datapath datapath;

    @BeforeEach
    void connect() {
        netns = NetNs.create("ports");
        for (String scope : List.of("all", "default")) {
            netns.exec("sysctl", "-qw", "net.ipv6.conf." + scope + ".disable_ipv6=1");
        }
        connect(0);
        connect(1);
        visit = NetNamespace.enter(netns.name());
        datapath = Datapath.builder().workers(1).frames(CHUNKS).build();
    }

    private void connect(int pair) {
        netns.ip("link", "add", "p" + pair, "type", "veth", "peer", "name", "w" + pair);
        netns.ip("link", "set", "p" + pair, "up");
        netns.ip("link", "set", "w" + pair, "up");
    }

    @AfterEach
    void close() {
        if (datapath != null) {
            datapath.close();
        }
        if (visit != null) {
            visit.close();
        }
        if (netns != null) {
            netns.close();
        }
    }

    private NetDevice port(String name) {
        return datapath.open(
                new DeviceSpec(name, "af_xdp", Map.of("interface", name, "xdp-mode", "copy")));
    }

    private static void forward(NetDevice from, NetDevice to) {
        int ifindex = to.ifindex();
        from.attach(xdp -> xdp.redirect(ifindex, 0));
    }

    /// The kernel tells of a carrier a moment after both ends are up.
    private void awaitUp() {
        datapath.up();
        Await.until(
                "ports are up",
                () -> datapath.devices().stream().allMatch(NetDevice::isOperational));
    }

    private boolean isAttached(String name) {
        return netns.ip("link", "show", name).contains("prog/xdp");
    }

    // ---- one chunk

    @Test
    void redirectedFrameNeverLeavesItsChunk() {
        NetDevice in = port("p0");
        NetDevice out = port("p1");
        forward(in, out);
        awaitUp();
        assertPasses("w1", FRAME);
        assertThat(chunksWithTheMark()).isEqualTo(1);
    }

    @Test
    void frameSentBackNeverLeavesItsChunk() {
        port("p0").attach(Tx.SWAP_MACS);
        awaitUp();
        byte[] back = FRAME.clone();
        System.arraycopy(FRAME, 0, back, 6, 6);
        System.arraycopy(FRAME, 6, back, 0, 6);
        assertPasses("w0", back);
        assertThat(chunksWithTheMark()).isEqualTo(1);
    }

    private void assertPasses(String to, byte[] expected) {
        try (RawLink receiver = RawLink.open(netns, to);
                RawLink sender = RawLink.open(netns, "w0")) {
            sender.send(FRAME);
            assertThat(receiver.receive(10_000, frame -> Arrays.equals(frame, expected)))
                    .isPresent();
        }
        LedgerAssert.settled(datapath).hasTransmitted(1);
    }

    private int chunksWithTheMark() {
        MemorySegment memory = datapath.pool().memory();
        byte[] bytes = MARK.getBytes(StandardCharsets.UTF_8);
        long mark = MemorySegment.ofArray(bytes).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        int found = 0;
        for (long at = 0; at <= memory.byteSize() - Long.BYTES; at++) {
            if (memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at) == mark) {
                found++;
            }
        }
        return found;
    }

    // ---- links

    @Test
    void portWhoseInterfaceWentBeforeItWasOpenWaitsForIt() {
        NetDevice port = port("p0");
        netns.ip("link", "del", "p0");
        port.up();
        assertThat(port.isOperational()).isFalse();
        connect(0);
        Await.until("p0 is up", port::isOperational);
        assertThat(isAttached("p0")).isTrue();
    }

    // ---- under load

    /// Sends as fast as it can.
    private static final class Load implements AutoCloseable {
        private final RawLink link;
        private final Thread thread;
        private volatile boolean stopped;

        Load(NetNs netns, String name) {
            link = RawLink.open(netns, name).pastQdisc();
            thread = Thread.ofPlatform().daemon().name("load of " + name).start(this::send);
        }

        private void send() {
            while (!stopped) {
                link.trySend(FRAME); // refused while the other end is down
            }
        }

        @Override
        public void close() {
            stopped = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            link.close();
        }
    }

    @Test
    void socketsClosedUnderLoadLoseNothingUncounted() {
        datapath.up();
        try (Load _ = new Load(netns, "w0");
                Load _ = new Load(netns, "w1")) {
            for (int round = 0; round < ROUNDS; round++) {
                NetDevice one = port("p0");
                NetDevice other = port("p1");
                forward(one, other);
                forward(other, one);
                one.up();
                other.up();
                Await.until("frames cross", () -> hasSentSome(one) && hasSentSome(other));
                one.close();
                assertThat(isAttached("p0")).isFalse();
                assertThat(isAttached("p1")).as("the other port stays").isTrue();
                other.close();
                assertThat(isAttached("p1")).isFalse();
                LedgerAssert.settled(datapath);
            }
        }
    }

    private static boolean hasSentSome(NetDevice device) {
        return device.linkStats().txPackets() >= SOME;
    }

    @Test
    void interfaceRemovedUnderLoadLosesNothingUncounted() {
        NetDevice staying = port("p0");
        NetDevice leaving = port("p1");
        forward(staying, leaving);
        forward(leaving, staying);
        datapath.up();
        try (Load _ = new Load(netns, "w0");
                Load _ = new Load(netns, "w1")) {
            Await.until("frames cross", () -> hasSentSome(staying) && hasSentSome(leaving));
            netns.ip("link", "del", "p1");
            Await.until("p1 is down", () -> !leaving.isOperational());
            long received = staying.linkStats().rxPackets();
            Await.until("p0 goes on", () -> staying.linkStats().rxPackets() - received >= SOME);
            assertThat(isAttached("p0")).isTrue();
        }
        LedgerAssert.settled(datapath);
        assertThat(datapath.ledger().drops().keySet())
                .as("frames for the port that is gone")
                .containsAnyOf(DropReason.REDIRECT_DEVICE_DOWN, DropReason.TX_DEVICE_DOWN);
        staying.close();
        leaving.close();
        assertThat(isAttached("p0")).isFalse();
        LedgerAssert.settled(datapath);
    }
}
