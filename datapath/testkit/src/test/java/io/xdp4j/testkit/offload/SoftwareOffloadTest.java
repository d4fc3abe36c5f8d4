package io.xdp4j.testkit.offload;

import static io.xdp4j.core.program.RedirectMap.BROADCAST;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static io.xdp4j.testkit.InjectedFrame.GSO_TCPV4;
import static io.xdp4j.testkit.InjectedFrame.GSO_TCPV6;
import static io.xdp4j.testkit.InjectedFrame.GSO_UDP_L4;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.xdp4j.core.channel.XdpChannel;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.Checksums;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.TransmittedFrame;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Checksums and segments that a device leaves to the datapath, checked against [Checksums].
@DatapathTest(workers = 2)
final class SoftwareOffloadTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int FIN_PSH_ACK = 0x19;
    private static final int CWR = 0x80;

    // ---- partial checksums

    @ParameterizedTest
    @CsvSource({
        "4, tcp, 0, 0", "4, tcp, 33, 1", "4, udp, 0, 0", "4, udp, 1001, 2",
        "6, tcp, 18, 0", "6, udp, 77, 1", "4, udp, 1400, 0", "6, tcp, 1001, 2"
    })
    void aDeviceWithoutOffloadGetsAFinishedChecksum(
            int version, String protocol, int payload, int tags, Datapath datapath) {
        Frames frame = packet(version, protocol, tags).payload(payload);
        byte[] expected = frame.build();
        FakeNic out = redirected(datapath, false, partial(frame));
        assertThat(out.transmitted()).containsExactly(expected);
        assertThat(out.transmittedFrames()).noneMatch(TransmittedFrame::partialChecksum);
    }

    @ParameterizedTest
    @ValueSource(ints = {54, 55, 100, 101, 999})
    void aChecksumRunsOverAllChunks(int firstChunk, Datapath datapath) {
        Frames frame = packet(4, "tcp", 0).payload(1000);
        byte[] expected = frame.build();
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").frags(true).up();
        in.attach(FragsProgram.of(xdp -> xdp.redirect(out.ifindex(), 0)));
        in.inject(0, partial(frame).firstChunk(firstChunk)).awaitProcessed(SOON);
        assertThat(out.transmitted()).containsExactly(expected);
    }

    @Test
    void aChecksumThatComesOutAsZeroIsSentAsOnesInUdpOnly(Datapath datapath) {
        // The last two payload bytes are chosen so that the sum is all ones.
        Frames frame = packet(4, "udp", 0).payload(new byte[] {0, 0});
        int checksum = Checksums.u16(frame.build(), frame.transportOffset() + 6);
        byte[] cancel = {(byte) (checksum >>> 8), (byte) checksum};
        frame.payload(cancel);
        byte[] expected = frame.build();
        assertThat(Checksums.u16(expected, frame.transportOffset() + 6)).isEqualTo(0xffff);
        FakeNic out = redirected(datapath, false, partial(frame));
        assertThat(out.transmitted()).containsExactly(expected);
    }

    @Test
    void aDeviceWithOffloadGetsTheMetadata(Datapath datapath) {
        FakeNic out = redirected(datapath, true, partial(packet(4, "tcp", 0).payload(100)));
        assertThat(out.transmittedFrames())
                .singleElement()
                .matches(TransmittedFrame::partialChecksum);
    }

    @Test
    void movingTheHeadMovesTheChecksumAlong(Datapath datapath) {
        Frames frame = packet(4, "tcp", 0).payload(101);
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        in.attach(xdp -> {
            // A tag, as a program pushes it.
            xdp.adjustHead(-4);
            xdp.putS32(0, xdp.s32(4));
            xdp.putS32(4, xdp.s32(8));
            xdp.putS32(8, xdp.s32(12));
            xdp.putS32(12, 0x8100_0007);
            return xdp.redirect(out.ifindex(), 0);
        });
        in.inject(0, partial(frame)).awaitProcessed(SOON);
        byte[] sent = out.transmitted().getFirst();
        assertThat(sent).hasSize(frame.build().length + 4);
        assertThat(Checksums.u16(sent, 12)).isEqualTo(0x8100);
        assertThat(Checksums.defects(sent)).isEmpty();
    }

    @Test
    void aPartialChecksumSentBackIsFinishedToo(Datapath datapath) {
        Frames frame = packet(4, "udp", 0).payload(100);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(xdp -> XDP_TX);
        nic.inject(0, partial(frame)).awaitProcessed(SOON);
        assertThat(nic.transmitted()).containsExactly(frame.build());
        LedgerAssert.settled(datapath).hasTransmitted(1).hasNoDrops();
    }

    @Test
    void aHandlerSeesAndSendsFinishedPackets(Datapath datapath) {
        Frames partial = packet(4, "udp", 0).payload(100);
        Frames large = packet(6, "tcp", 1).payload(5000);
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        List<XdpChannel> outs = XdpChannel.open(out, new ForwardTo(null));
        XdpChannel.open(in, new ForwardTo(outs.getFirst()));
        in.attach(FragsProgram.of(xdp -> XDP_PASS));
        in.inject(0, partial(partial), gso(6, "tcp", 1000, large)).awaitProcessed(SOON);
        List<byte[]> sent = out.awaitTransmitted(6, SOON);
        assertThat(sent.getFirst()).isEqualTo(partial.build());
        assertThat(sent)
                .hasSize(6)
                .allSatisfy(frame -> assertThat(Checksums.defects(frame)).isEmpty());
        LedgerAssert.settled(datapath).hasIn(12).hasPassed(6).hasTransmitted(6).hasNoDrops();
    }

    @Sharable
    private static final class ForwardTo extends ChannelInboundHandlerAdapter {
        private final @Nullable XdpChannel to;

        ForwardTo(@Nullable XdpChannel to) {
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (to != null) {
                ChannelFuture unused = to.writeAndFlush(message);
                assertThat(unused).isNotNull();
            }
        }
    }

    @Test
    void metadataThatContradictThePacketAreAnError(Datapath datapath) {
        byte[] bytes = packet(4, "tcp", 0).payload(10).build();
        redirected(
                datapath,
                false,
                InjectedFrame.of(bytes).partialChecksum(bytes.length - 1, 16),
                InjectedFrame.of(bytes).partialChecksum(34, 60_000),
                InjectedFrame.of(bytes).partialChecksum(60_000, 16));
        LedgerAssert.settled(datapath)
                .hasIn(3)
                .hasTransmitted(0)
                .dropsOnly(Map.of(DropReason.REDIRECT_NO_TARGET, 3L));
    }

    // ---- segmentation

    @ParameterizedTest
    @CsvSource({
        "4, tcp, 0, 2800, 1400",
        "4, tcp, 0, 2801, 1400",
        "4, tcp, 2, 60000, 1448",
        "6, tcp, 0, 3000, 1000",
        "6, tcp, 1, 64000, 1428",
        "4, udp, 0, 9000, 1472",
        "6, udp, 0, 9001, 1400",
        "4, udp, 1, 100, 33",
        "4, tcp, 0, 5, 1",
        "4, tcp, 0, 100, 1400"
    })
    void segmentsAreWholePackets(
            int version, String protocol, int tags, int payload, int size, Datapath datapath) {
        Frames frame =
                protocol.equals("tcp")
                        ? packet(version, protocol, tags)
                                .tcp(1, 2, 0xffff_f000L, 5, FIN_PSH_ACK | CWR)
                        : packet(version, protocol, tags);
        frame.identification(0xffff).payload(payload);
        byte[] whole = frame.build();
        FakeNic out = redirected(datapath, false, gso(version, protocol, size, frame));
        List<byte[]> segments = out.transmitted();
        int count = (payload + size - 1) / size;
        assertThat(segments).hasSize(count);
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        int headers = frame.payloadOffset();
        for (int i = 0; i < count; i++) {
            byte[] segment = segments.get(i);
            int bytes = Math.min(size, payload - i * size);
            assertThat(segment).hasSize(headers + bytes);
            assertThat(Checksums.defects(segment)).as("segment %d", i).isEmpty();
            checkHeaders(frame, segment, version, protocol, i, i == count - 1, size);
            joined.write(segment, headers, bytes);
        }
        assertThat(joined.toByteArray())
                .isEqualTo(Arrays.copyOfRange(whole, headers, whole.length));
        LedgerAssert.settled(datapath).hasIn(count).hasTransmitted(count).hasNoDrops();
    }

    private static void checkHeaders(
            Frames frame,
            byte[] segment,
            int version,
            String protocol,
            int index,
            boolean last,
            int size) {
        int network = frame.networkOffset();
        int transport = frame.transportOffset();
        int bytes = segment.length - network;
        if (version == 4) {
            assertThat(Checksums.u16(segment, network + 2)).isEqualTo(bytes);
            assertThat(Checksums.u16(segment, network + 4)).isEqualTo((0xffff + index) & 0xffff);
        } else {
            assertThat(Checksums.u16(segment, network + 4)).isEqualTo(bytes - 40);
        }
        if (protocol.equals("tcp")) {
            assertThat(Checksums.s32(segment, transport + 4)).isEqualTo(0xffff_f000 + index * size);
            int flags = (last ? FIN_PSH_ACK : 0x10) | (index == 0 ? CWR : 0);
            assertThat(segment[transport + 13] & 0xff).isEqualTo(flags);
        } else {
            assertThat(Checksums.u16(segment, transport + 4)).isEqualTo(segment.length - transport);
        }
    }

    @Test
    void segmentsCarryTheTimestamp(Datapath datapath) {
        Frames frame = packet(4, "tcp", 0).payload(3000);
        FakeNic out = redirected(datapath, false, gso(4, "tcp", 1000, frame).timestamp(4711));
        assertThat(out.transmittedFrames()).hasSize(3).allMatch(f -> f.timestampNanos() == 4711);
    }

    @Test
    void aDeviceWithOffloadGetsTheGsoFrameWhole(Datapath datapath) {
        Frames frame = packet(4, "tcp", 0).payload(60_000);
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").offload(true).frags(true).up();
        in.attach(FragsProgram.of(xdp -> xdp.redirect(out.ifindex(), 0)));
        in.inject(0, gso(4, "tcp", 1448, frame)).awaitProcessed(SOON);
        TransmittedFrame sent = out.transmittedFrames().getFirst();
        assertThat(sent.gsoSize()).isEqualTo(1448);
        assertThat(sent.partialChecksum()).isTrue();
        assertThat(sent.bytes()).isEqualTo(frame.partialChecksum().build());
    }

    @Test
    void segmentsThatExceedTheTargetsMtuAreCounted(Datapath datapath) {
        Frames frame = packet(4, "tcp", 0).payload(4000);
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").mtu(1000).up();
        in.attach(FragsProgram.of(xdp -> xdp.redirect(out.ifindex(), 0)));
        in.inject(0, gso(4, "tcp", 1500, frame)).awaitProcessed(SOON);
        assertThat(out.transmitted()).isEmpty();
        LedgerAssert.settled(datapath).hasIn(3).dropsOnly(Map.of(DropReason.REDIRECT_TOO_LONG, 3L));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 20, 1000, 4", // TCPv4 metadata on UDP: the header would end behind the packet's data
        "3, 20, 1000, 4", // UFO, which nobody makes any more
        "1, 3400, 4000, 6" // segments longer than a chunk
    })
    void whatCannotBeSegmentedIsCounted(
            int type, int unused, int size, int version, Datapath datapath) {
        Frames frame = packet(version, "udp", 0).payload(new byte[5000]);
        if (type == 1 && size == 4000) {
            frame = packet(version, "tcp", 0).payload(9000);
        }
        InjectedFrame injected = partial(frame).gso(type, size, frame.payloadOffset());
        redirected(datapath, false, injected);
        assertThat(unused).isPositive();
        LedgerAssert.settled(datapath)
                .hasIn(1)
                .hasTransmitted(0)
                .dropsOnly(Map.of(DropReason.REDIRECT_UNSUPPORTED, 1L));
    }

    @Test
    void runningOutOfChunksLeavesNothingBehind(Datapath datapath) {
        Frames frame = packet(4, "tcp", 0).payload(60_000);
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        in.attach(FragsProgram.of(xdp -> xdp.redirect(out.ifindex(), 0)));
        // 60000 segments of one byte are more than the pool has, and more than one frame may make.
        in.inject(0, gso(4, "tcp", 1, frame), gso(4, "tcp", 59, frame)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath)
                .hasIn(2)
                .dropsOnly(Map.of(DropReason.REDIRECT_UNSUPPORTED, 2L));
        in.inject(0, gso(4, "tcp", 100, frame)).awaitProcessed(SOON);
        assertThat(out.transmitted()).hasSize(600);
    }

    @Test
    void broadcastServesDevicesWithAndWithoutOffload(Datapath datapath) {
        Frames frame = packet(4, "tcp", 0).payload(5000);
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic plain = FakeNic.builder(datapath, "plain").up();
        FakeNic able = FakeNic.builder(datapath, "able").offload(true).frags(true).up();
        FakeNic other = FakeNic.builder(datapath, "other").up();
        DevMap map = new DevMap(datapath, "ports", 3);
        map.update(0, plain);
        map.update(1, able);
        map.update(2, other);
        in.attach(FragsProgram.of(xdp -> xdp.redirectMap(map, 0, BROADCAST)));
        in.inject(0, gso(4, "tcp", 1000, frame)).awaitProcessed(SOON);
        assertThat(able.transmittedFrames()).singleElement().matches(f -> f.gsoSize() == 1000);
        for (FakeNic nic : List.of(plain, other)) {
            assertThat(nic.transmitted())
                    .hasSize(5)
                    .allSatisfy(segment -> assertThat(Checksums.defects(segment)).isEmpty());
        }
        LedgerAssert.settled(datapath).hasIn(11).hasTransmitted(11).hasNoDrops();
    }

    @Test
    void aGsoFrameSentBackIsSegmentedToo(Datapath datapath) {
        Frames frame = packet(4, "tcp", 0).payload(5000);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(FragsProgram.of(xdp -> XDP_TX));
        nic.inject(0, gso(4, "tcp", 1000, frame)).awaitProcessed(SOON);
        assertThat(nic.transmitted())
                .hasSize(5)
                .allSatisfy(segment -> assertThat(Checksums.defects(segment)).isEmpty());
        LedgerAssert.settled(datapath).hasIn(5).hasTransmitted(5).hasNoDrops();
        assertThat(nic.rxQueues().getFirst().xdpTx()).isEqualTo(5);
    }

    // ---- helpers

    private static Frames packet(int version, String protocol, int tags) {
        Frames frame = Frames.ethernet();
        for (int i = 0; i < tags; i++) {
            frame.vlan(7 + i);
        }
        frame =
                version == 4
                        ? frame.ipv4("10.0.0.1", "10.0.0.2")
                        : frame.ipv6("2001:db8::1", "2001:db8::2");
        return protocol.equals("tcp") ? frame.tcp(1000, 2000) : frame.udp(1000, 2000);
    }

    /// Builds with a partial checksum, and leaves the builder as it was.
    private static InjectedFrame partial(Frames frame) {
        byte[] bytes = frame.partialChecksum(true).build();
        frame.partialChecksum(false);
        return InjectedFrame.of(bytes)
                .partialChecksum(frame.transportOffset(), frame.checksumOffset());
    }

    private static InjectedFrame gso(int version, String protocol, int size, Frames frame) {
        int type = protocol.equals("udp") ? GSO_UDP_L4 : version == 4 ? GSO_TCPV4 : GSO_TCPV6;
        return partial(frame).gso(type, size, frame.payloadOffset());
    }

    private static FakeNic redirected(Datapath datapath, boolean offload, InjectedFrame... frames) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").offload(offload).up();
        in.attach(FragsProgram.of(xdp -> xdp.redirect(out.ifindex(), 0)));
        in.inject(0, frames).awaitProcessed(SOON);
        return out;
    }
}
