package io.xdp4j.conformance.veth;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.netns.Await;
import io.xdp4j.core.bpf.DatapathBackends;
import io.xdp4j.core.bpf.ObjectProgram;
import io.xdp4j.core.channel.XdpChannel;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.LinkStats;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.XdpFlags;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.StalledWorker;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The pairs in this process: `a1` and `b0` are polled by worker 0, `a0` and `b1` by worker 1.
final class DatapathLab implements VethLab {
    /// Frames of one turn of a burst.
    private static final int TURN = 64;

    private final Datapath datapath = Datapath.builder().workers(2).build();
    private final DatapathBackends backends =
            new DatapathBackends(datapath, id -> Optional.empty());
    private final Map<String, NetDevice> devices = new HashMap<>();
    private final Map<String, List<XdpChannel>> channels = new HashMap<>();
    private final Map<String, HostCapture> captures = new HashMap<>();
    private final Map<String, Collection> objects = new HashMap<>();

    DatapathLab() {
        pair("a0", "a1", 1, 0);
        pair("b0", "b1", 0, 1);
    }

    private void pair(String first, String second, int firstWorker, int secondWorker) {
        datapath.open(
                new DeviceSpec(
                        first,
                        "veth",
                        Map.of(
                                "peer",
                                second,
                                "worker",
                                (long) firstWorker,
                                "peer-worker",
                                (long) secondWorker)));
        for (String name : List.of(first, second)) {
            NetDevice device = datapath.device(name).orElseThrow();
            device.up();
            devices.put(name, device);
            channels.put(name, XdpChannel.open(device, new Sender()));
            captures.put(name, HostCapture.on(device));
        }
    }

    /// Sends only; the capture receives.
    private static final class Sender extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }
    }

    private NetDevice device(String name) {
        return Objects.requireNonNull(devices.get(name), name);
    }

    @Override
    public void attach(String device, String object, String program, boolean generic) {
        Collection loaded =
                Collection.load(
                        Collection.read(
                                Repository.root().resolve("samples/bpf/" + object + ".bpf.o")),
                        LoadOptions.DEFAULT
                                .withWanted(spec -> spec.name().equals(program))
                                .withRuntime(datapath.bpf(), 0, TestRun.Ingress.LOOPBACK)
                                .withBackends(backends::open));
        Collection old = objects.put(device, loaded);
        device(device)
                .xdp()
                .attach(
                        new ObjectProgram(
                                datapath, Objects.requireNonNull(loaded.programs().get(program))),
                        generic ? XdpFlags.SKB_MODE : XdpFlags.DRV_MODE);
        datapath.workers().synchronize();
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void detach(String device) {
        device(device).detach();
    }

    @Override
    public void route(String device, String to) {
        BpfMap map =
                Objects.requireNonNull(
                        Objects.requireNonNull(objects.get(device)).maps().get("next_hop"));
        map.update(word(device(device).ifindex()), word(device(to).ifindex()), 0);
    }

    private static byte[] word(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    @Override
    public void mtu(String device, int bytes) {
        device(device).changeMtu(bytes);
    }

    @Override
    public void up(String device) {
        device(device).up();
    }

    @Override
    public void down(String device) {
        device(device).down();
    }

    @Override
    public void send(String device, List<byte[]> frames) {
        for (byte[] frame : frames) {
            write(device, 0, frame);
            LedgerAssert.settled(datapath);
        }
    }

    @Override
    public void burst(String device, List<byte[]> frames, String stalled) {
        Worker still = device(stalled).rxQueues().getFirst().worker();
        Worker other = datapath.workers().get(1 - still.index());
        boolean sentOn = !stalled.equals(KernelLab.peerOf(device));
        long expected = polled(other);
        try (StalledWorker _ = StalledWorker.of(still)) {
            for (List<byte[]> some : inTurns(frames)) {
                some.forEach(frame -> write(device, other.index(), frame));
                expected += sentOn ? some.size() : 0;
                long target = expected;
                Await.until("the frames to be sent on", () -> polled(other) >= target);
            }
        }
        LedgerAssert.settled(datapath);
    }

    /// So few at a time that none finds the ring of a worker full that is not stalled.
    private static List<List<byte[]>> inTurns(List<byte[]> frames) {
        List<List<byte[]>> turns = new ArrayList<>();
        for (int from = 0; from < frames.size(); from += TURN) {
            turns.add(frames.subList(from, Math.min(from + TURN, frames.size())));
        }
        return turns;
    }

    private static long polled(Worker worker) {
        return worker.eventLoop().submit(worker::polledFrames).syncUninterruptibly().getNow();
    }

    private void write(String device, int worker, byte[] frame) {
        XdpChannel channel = Objects.requireNonNull(channels.get(device)).get(worker);
        channel.eventLoop()
                .submit(() -> {
                    var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(frame));
                })
                .syncUninterruptibly();
    }

    @Override
    public Outcome outcome() {
        LedgerAssert.settled(datapath);
        Map<String, Map<String, Long>> ethtool = new HashMap<>();
        Map<String, Map<String, Long>> link = new HashMap<>();
        Map<String, List<String>> delivered = new HashMap<>();
        for (String name : Scenario.DEVICES) {
            Map<String, Long> counters = new LinkedHashMap<>(device(name).ethtoolStats());
            NetDevice peer = device(KernelLab.peerOf(name));
            counters.replaceAll((key, value) ->
                    key.equals("peer_ifindex") ? value == peer.ifindex() ? 1L : 0L : value);
            ethtool.put(name, counters);
            LinkStats stats = device(name).linkStats();
            link.put(
                    name,
                    Map.of(
                            "rx packets", stats.rxPackets(),
                            "rx bytes", stats.rxBytes(),
                            "rx dropped", stats.rxDropped(),
                            "tx packets", stats.txPackets(),
                            "tx bytes", stats.txBytes(),
                            "tx dropped", stats.txDropped()));
            delivered.put(
                    name,
                    Objects.requireNonNull(captures.get(name)).frames().stream()
                            .map(Outcome::hex)
                            .toList());
        }
        return new Outcome(ethtool, link, delivered);
    }

    @Override
    public void close() {
        devices.values().forEach(NetDevice::detach);
        objects.values().forEach(Collection::close);
        datapath.close();
    }
}
