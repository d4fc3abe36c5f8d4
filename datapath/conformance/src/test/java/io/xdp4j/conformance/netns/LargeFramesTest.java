package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.Sockets;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Jumbo frames between two of three ports, and segments of 64 KB to all.
final class LargeFramesTest {
    private static final String JUMBO = "9000";
    private static final int IPPROTO_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int DATAGRAM = 1400;
    private static final int DATAGRAMS = 44;

    private static Lab lab;

    @BeforeAll
    static void connect() {
        lab = Lab.of(3, "ping", "ethtool");
        for (int number = 1; number <= 2; number++) {
            lab.host(number).ip("link", "set", "eth0", "mtu", JUMBO);
            lab.hub().ip("link", "set", Lab.port(number), "mtu", JUMBO);
        }
        lab.startSwitch();
    }

    @AfterAll
    static void account() {
        try (Lab closing = lab) {
            if (closing != null) {
                Json summary = closing.stop();
                assertThat(summary.at("drops").names())
                        .as("drops: " + summary.at("drops"))
                        .isSubsetOf("REDIRECT_TOO_LONG");
            }
        }
    }

    @Test
    void jumboFramesCrossBetweenJumboPorts() {
        lab.assertPings(1, Lab.address(2), "-M", "do", "-s", "8972");
        lab.assertPings(2, Lab.address6(1), "-M", "do", "-s", "8952");
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), 30_000_000);
    }

    @Test
    void jumboFrameToASmallPortIsCounted() {
        lab.assertPings(1, Lab.address(3));
        assertThat(
                        lab.host(1)
                                .tryExec(
                                        "ping",
                                        "-n",
                                        "-c1",
                                        "-W1",
                                        "-M",
                                        "do",
                                        "-s",
                                        "8000",
                                        Lab.address(3))
                                .exitCode())
                .isEqualTo(1);
        lab.tool()
                .awaitStats(
                        "the drop",
                        Lab.PATIENCE,
                        stats -> stats.at("drops").has("REDIRECT_TOO_LONG"));
        lab.assertPings(1, Lab.address(3));
    }

    @Test
    void tcpBetweenJumboAndSmallPortsArrivesWhole() {
        Transfer.assertArrivesWhole(lab.host(1), lab.host(3), Lab.address(3), 30_000_000);
        Transfer.assertArrivesWhole(lab.host(3), lab.host(2), Lab.address6(2), 30_000_000);
    }

    @Test
    void portFollowsItsMtu() {
        lab.host(3).ip("link", "set", "eth0", "mtu", "4000");
        lab.hub().ip("link", "set", "p3", "mtu", "4000");
        Await.until(
                "frames of 4000 bytes reach host 3",
                () ->
                        lab.host(1)
                                        .tryExec(
                                                "ping",
                                                "-n",
                                                "-c1",
                                                "-W1",
                                                "-M",
                                                "do",
                                                "-s",
                                                "3972",
                                                Lab.address(3))
                                        .exitCode()
                                == 0);
        lab.hub().ip("link", "set", "p3", "mtu", "1500");
        lab.host(3).ip("link", "set", "eth0", "mtu", "1500");
    }

    @Test
    void udpSegmentsArriveEach() throws IOException {
        CompletableFuture<Integer> port = new CompletableFuture<>();
        CompletableFuture<BitSet> received = Inside.start(lab.host(3), () -> receiveEach(port));
        int listening = Inside.await(port);
        Inside.call(lab.host(1), () -> sendSegmented(Lab.address(3), listening));
        assertThat(Inside.await(received).cardinality()).isEqualTo(DATAGRAMS);
    }

    private static BitSet receiveEach(CompletableFuture<Integer> port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0)) {
            socket.setSoTimeout(10_000);
            port.complete(socket.getLocalPort());
            BitSet numbers = new BitSet();
            DatagramPacket packet = new DatagramPacket(new byte[2 * DATAGRAM], 2 * DATAGRAM);
            while (numbers.cardinality() < DATAGRAMS) {
                socket.receive(packet);
                assertThat(packet.getLength()).isEqualTo(DATAGRAM);
                int number = packet.getData()[0];
                for (int i = 0; i < DATAGRAM; i++) {
                    assertThat(packet.getData()[i]).isEqualTo((byte) number);
                }
                numbers.set(number);
            }
            return numbers;
        }
    }

    /// Sends all datagrams by one call, for the kernel or the device to cut.
    private static int sendSegmented(String address, int port) {
        int fd = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            Sockets.setOption(fd, IPPROTO_UDP, UDP_SEGMENT, DATAGRAM);
            MemorySegment all = arena.allocate((long) DATAGRAM * DATAGRAMS);
            for (int number = 0; number < DATAGRAMS; number++) {
                all.asSlice((long) number * DATAGRAM, DATAGRAM).fill((byte) number);
            }
            MemorySegment to = arena.allocate(16, 8);
            to.set(ValueLayout.JAVA_SHORT, 0, (short) Sockets.AF_INET);
            to.set(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) port);
            byte[] ip = new InetSocketAddress(address, port).getAddress().getAddress();
            MemorySegment.copy(ip, 0, to, ValueLayout.JAVA_BYTE, 4, ip.length);
            int sent = Sockets.sendto(fd, all.address(), (int) all.byteSize(), 0, to.address(), 16);
            if (sent < 0) {
                throw NativeException.of("sendto", "UDP_SEGMENT", sent);
            }
            return sent;
        } finally {
            Fd.close(fd);
        }
    }
}
