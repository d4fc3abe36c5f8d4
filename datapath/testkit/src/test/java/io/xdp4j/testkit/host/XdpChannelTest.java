package io.xdp4j.testkit.host;

import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundInvoker;
import io.xdp4j.core.channel.XdpChannel;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.frame.ByteBufFrames;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The host side of a device as a Netty channel: PASS in, writes out.
@DatapathTest(workers = 2)
final class XdpChannelTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final byte[] FRAME = Frames.udp4(1, 60);

    @Test
    void aPassedFrameArrivesOnItsWorkerAndItsReleaseReturnsTheChunk(Datapath datapath)
            throws Exception {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        open(
                nic,
                (context, buf) -> {
                    seen.add(
                            ((XdpChannel) context.channel()).worker().index()
                                    + " "
                                    + buf.refCnt()
                                    + " "
                                    + ByteBufUtil.hexDump(buf));
                    buf.release();
                });
        nic.inject(1, FRAME);
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("1 1 " + ByteBufUtil.hexDump(FRAME));
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    @Test
    void readCompleteComesOnceAPoll(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        StringBuilder events = new StringBuilder();
        XdpChannel.open(
                nic,
                new HostHandler(
                        (context, buf) -> {
                            events.append('r');
                            buf.release();
                        },
                        () -> events.append('c')));
        nic.inject(0, Collections.nCopies(40, FRAME).toArray(byte[][]::new)).awaitProcessed(SOON);
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(events.toString()).isEqualTo("r".repeat(40) + "crc");
    }

    @Test
    void aReceivedBufferIsSentWithoutACopy(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        List<Long> addresses = new ArrayList<>();
        open(
                nic,
                (context, buf) -> {
                    addresses.add(buf.memoryAddress());
                    buf.setByte(0, 0xaa);
                    buf.skipBytes(4).writeInt(0x01020304);
                    send(context, buf);
                });
        nic.inject(0, FRAME);
        byte[] expected = new byte[60];
        System.arraycopy(FRAME, 4, expected, 0, 56);
        System.arraycopy(new byte[] {1, 2, 3, 4}, 0, expected, 56, 4);
        assertThat(nic.awaitTransmitted(1, SOON)).containsExactly(expected);
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(addresses).hasSize(2).containsOnly(addresses.getFirst());
        LedgerAssert.settled(datapath).hasIn(4).hasPassed(2).hasTransmitted(2).hasNoDrops();
    }

    @Test
    void aBufferThatOthersHoldIsCopied(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        BlockingQueue<ByteBuf> held = new LinkedBlockingQueue<>();
        open(
                nic,
                (context, buf) -> {
                    held.add(buf.retain());
                    send(context, buf);
                });
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(nic.transmitted()).containsExactly(FRAME);
        ByteBuf buf = held.remove();
        assertThat(buf.refCnt()).isEqualTo(1);
        assertThat(ByteBufUtil.getBytes(buf)).isEqualTo(FRAME);
        buf.release();
        LedgerAssert.settled(datapath).hasIn(2).hasPassed(1).hasTransmitted(1);
    }

    @Test
    void slicesAndDuplicatesAreCopiedAndReleased(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        open(
                nic,
                (context, buf) -> {
                    send(context, buf.retainedSlice(buf.readerIndex() + 10, 50));
                    send(context, buf.retainedDuplicate());
                    send(context, buf);
                });
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(nic.transmitted()).hasSize(3);
        assertThat(nic.transmitted().get(0)).isEqualTo(Arrays.copyOfRange(FRAME, 10, 60));
        assertThat(nic.transmitted().subList(1, 3)).containsExactly(FRAME, FRAME);
        LedgerAssert.settled(datapath).hasIn(4).hasPassed(1).hasTransmitted(3);
    }

    @Test
    void foreignBuffersOfAllKindsAreSentAndReleased(Datapath datapath) throws Exception {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        XdpChannel channel = open(nic, (context, buf) -> buf.release());
        ByteBuf heap = Unpooled.wrappedBuffer(FRAME);
        ByteBuf direct = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(FRAME);
        CompositeByteBuf composite =
                Unpooled.compositeBuffer()
                        .addComponent(true, Unpooled.copiedBuffer(FRAME, 0, 7))
                        .addComponent(true, Unpooled.copiedBuffer(FRAME, 7, 53));
        ByteBuf readOnly = Unpooled.copiedBuffer(FRAME).asReadOnly();
        List<ByteBuf> all = List.of(heap, direct, composite, readOnly);
        for (ByteBuf buf : all) {
            send(channel, buf);
        }
        assertThat(nic.awaitTransmitted(4, SOON)).containsExactly(FRAME, FRAME, FRAME, FRAME);
        datapath.workers().synchronize();
        assertThat(all).allMatch(buf -> buf.refCnt() == 0);
        LedgerAssert.settled(datapath).hasIn(4).hasTransmitted(4);
    }

    @Test
    void whatCannotBeSentIsCountedAndItsWriteSucceeds(Datapath datapath) throws Exception {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        XdpChannel channel = open(nic, (context, buf) -> buf.release());
        channel.writeAndFlush(Unpooled.buffer().writeZero(13)).sync();
        channel.writeAndFlush(Unpooled.buffer().writeZero(ByteBufFrames.MAX_BYTES + 1)).sync();
        channel.writeAndFlush(Unpooled.buffer().writeZero(1519)).sync();
        datapath.workers().synchronize();
        nic.refuseAfter(0);
        channel.writeAndFlush(Unpooled.wrappedBuffer(FRAME)).sync();
        datapath.workers().synchronize();
        nic.down();
        channel.writeAndFlush(Unpooled.wrappedBuffer(FRAME)).sync();
        LedgerAssert.settled(datapath)
                .hasIn(5)
                .dropsOnly(
                        Map.of(
                                DropReason.HOST_TOO_SHORT,
                                1L,
                                DropReason.HOST_TOO_LONG,
                                1L,
                                DropReason.TX_TOO_LONG,
                                1L,
                                DropReason.TX_RING_FULL,
                                1L,
                                DropReason.TX_DEVICE_DOWN,
                                1L));
        assertThat(nic.linkStats().txDropped()).isEqualTo(3);
    }

    @Test
    void otherMessagesFailTheirWrite(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        XdpChannel channel = open(nic, (context, buf) -> buf.release());
        assertThatThrownBy(() -> channel.writeAndFlush("text").sync())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("write: java.lang.String (expected: ByteBuf)");
    }

    @Test
    void longWritesBecomeChainsWhereTheDeviceSendsThem(Datapath datapath) throws Exception {
        byte[] bytes = Frames.udp4(1, 9000);
        FakeNic with = FakeNic.builder(datapath, "with").mtu(9000).frags(true).up();
        FakeNic without = FakeNic.builder(datapath, "without").mtu(9000).up();
        open(with, (context, buf) -> buf.release())
                .writeAndFlush(Unpooled.wrappedBuffer(bytes))
                .sync();
        open(without, (context, buf) -> buf.release())
                .writeAndFlush(Unpooled.wrappedBuffer(bytes))
                .sync();
        assertThat(with.awaitTransmitted(1, SOON)).containsExactly(bytes);
        LedgerAssert.settled(datapath)
                .hasTransmitted(1)
                .dropsOnly(Map.of(DropReason.TX_TOO_LONG, 1L));
    }

    @Test
    void aChainArrivesAsOneBufferAndGoesOutAgain(Datapath datapath) {
        byte[] bytes = Frames.udp4(1, 9000);
        FakeNic nic = FakeNic.builder(datapath, "nic0").mtu(9000).frags(true).up();
        nic.attach(FragsProgram.of(xdp -> XDP_PASS));
        open(
                nic,
                (context, buf) -> {
                    assertThat(buf.readableBytes()).isEqualTo(9000);
                    send(context, buf);
                });
        nic.inject(0, InjectedFrame.of(bytes), InjectedFrame.of(bytes)).awaitProcessed(SOON);
        assertThat(nic.transmitted()).containsExactly(bytes, bytes);
        LedgerAssert.settled(datapath).hasIn(4).hasPassed(2).hasTransmitted(2);
    }

    @Test
    void buffersMayBeReleasedAnywhereAnyTime(Datapath datapath) throws Exception {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).mtu(9000).up();
        nic.attach(FragsProgram.of(xdp -> XDP_PASS));
        BlockingQueue<ByteBuf> held = new LinkedBlockingQueue<>();
        open(nic, (context, buf) -> held.add(buf));
        byte[] chain = Frames.udp4(1, 8000);
        nic.inject(0, FRAME, FRAME, chain).inject(1, FRAME, chain).awaitProcessed(SOON);
        for (int i = 0; i < 5; i++) {
            ByteBuf buf = held.remove();
            if (i % 2 == 0) {
                buf.release();
            } else {
                datapath.workers().get(i % 4 / 2).eventLoop().submit(() -> buf.release()).sync();
            }
        }
        LedgerAssert.settled(datapath).hasPassed(5);
    }

    @Test
    void writesFromOtherThreadsAndBetweenDevices(Datapath datapath) throws Exception {
        FakeNic in = FakeNic.builder(datapath, "in").queues(2).up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        List<XdpChannel> outs =
                XdpChannel.open(out, new HostHandler((context, buf) -> buf.release(), null));
        // Each worker's frames leave by the other worker's channel.
        open(
                in,
                (context, buf) -> {
                    int other = 1 - ((XdpChannel) context.channel()).worker().index();
                    send(outs.get(other), buf);
                });
        for (int i = 0; i < 500; i++) {
            in.inject(i % 2, FRAME);
        }
        out.awaitTransmitted(500, SOON);
        assertThat(out.transmitted(0)).hasSize(250);
        assertThat(out.transmitted(1)).hasSize(250);
        LedgerAssert.settled(datapath).hasIn(1000).hasPassed(500).hasTransmitted(500);
    }

    @Test
    void anEmptyPoolIsCountedOnBothSides(Datapath datapath) throws Exception {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        BlockingQueue<ByteBuf> held = new LinkedBlockingQueue<>();
        XdpChannel channel = open(nic, (context, buf) -> held.add(buf));
        int size = datapath.pool().size();
        nic.inject(0, Collections.nCopies(size + 10, FRAME).toArray(byte[][]::new))
                .awaitProcessed(SOON);
        channel.writeAndFlush(Unpooled.wrappedBuffer(FRAME)).sync();
        assertThat(held).hasSize(size);
        held.forEach(ByteBuf::release);
        held.clear();
        LedgerAssert.settled(datapath)
                .hasPassed(size)
                .dropsOnly(Map.of(DropReason.RX_NO_MEMORY, 10L, DropReason.HOST_NO_MEMORY, 1L));
        channel.writeAndFlush(Unpooled.wrappedBuffer(FRAME)).sync();
        assertThat(nic.awaitTransmitted(1, SOON)).containsExactly(FRAME);
    }

    @Test
    void aBufferWhoseCapacityIsCutKeepsItsChunk(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        open(
                nic,
                (context, buf) -> {
                    seen.add(ByteBufUtil.hexDump(buf));
                    buf.capacity(buf.readerIndex() + 20);
                    send(context, buf);
                });
        nic.inject(0, FRAME).awaitProcessed(SOON);
        nic.inject(0, Frames.udp4(2, 70)).awaitProcessed(SOON);
        assertThat(seen)
                .containsExactly(
                        ByteBufUtil.hexDump(FRAME), ByteBufUtil.hexDump(Frames.udp4(2, 70)));
        assertThat(nic.transmitted())
                .containsExactly(Arrays.copyOf(FRAME, 20), Arrays.copyOf(Frames.udp4(2, 70), 20));
    }

    @Test
    void aClosedChannelNoLongerReceives(Datapath datapath) throws Exception {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        AtomicInteger received = new AtomicInteger();
        XdpChannel channel =
                open(
                        nic,
                        (context, buf) -> {
                            received.incrementAndGet();
                            buf.release();
                        });
        channel.close().sync();
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(received).hasValue(0);
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    @Test
    void aPipelineThatDropsOrThrowsLeaksNothing(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        // The tail of the pipeline releases what nobody takes.
        XdpChannel.open(
                nic,
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }
                });
        nic.inject(0, FRAME, FRAME).awaitProcessed(SOON);
        open(
                nic,
                (context, buf) -> {
                    buf.release();
                    throw new IllegalStateException("thrown by the test's handler");
                });
        nic.inject(0, FRAME, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasPassed(4);
    }

    private static XdpChannel open(FakeNic nic, BiConsumer<ChannelHandlerContext, ByteBuf> read) {
        return XdpChannel.open(nic, new HostHandler(read, null)).getFirst();
    }

    private static void send(ChannelOutboundInvoker to, ByteBuf buf) {
        ChannelFuture unused = to.writeAndFlush(buf);
        assertThat(unused).isNotNull();
    }

    @Sharable
    private static final class HostHandler extends ChannelInboundHandlerAdapter {
        private final BiConsumer<ChannelHandlerContext, ByteBuf> read;
        private final @Nullable Runnable complete;

        HostHandler(BiConsumer<ChannelHandlerContext, ByteBuf> read, @Nullable Runnable complete) {
            this.read = read;
            this.complete = complete;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            read.accept(context, (ByteBuf) message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (complete != null) {
                complete.run();
            }
        }
    }
}
