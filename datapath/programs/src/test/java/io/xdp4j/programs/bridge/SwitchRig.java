package io.xdp4j.programs.bridge;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.InjectedFrame;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// A switch over fake NICs, with a clock of its own.
///
/// Thread: the test's.
/// Owns: the switch; the datapath closes the NICs.
final class SwitchRig implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Datapath datapath;
    private final ManualClock clock = new ManualClock();
    private final Map<String, FakeNic> nics = new LinkedHashMap<>();
    private final LearningSwitch bridge;

    private SwitchRig(
            Datapath datapath,
            SwitchSpec spec,
            UnaryOperator<FakeNic.Builder> nic,
            String... more) {
        this.datapath = datapath;
        spec.ports().forEach(port -> open(port.device(), nic));
        Arrays.stream(more).forEach(name -> open(name, nic));
        bridge = new LearningSwitch(datapath, spec, clock);
        bridge.attach();
    }

    /// A switch that is attached to one NIC for each port, and `more` NICs beside it.
    static SwitchRig of(Datapath datapath, SwitchSpec spec, String... more) {
        return new SwitchRig(datapath, spec, nic -> nic, more);
    }

    /// The same with NICs of a certain kind.
    static SwitchRig of(Datapath datapath, UnaryOperator<FakeNic.Builder> nic, SwitchSpec spec) {
        return new SwitchRig(datapath, spec, nic);
    }

    /// A switch of plain ports.
    static SwitchRig plain(Datapath datapath, String... ports) {
        return of(datapath, plainSpec(ports));
    }

    static SwitchSpec plainSpec(String... ports) {
        return SwitchSpec.of("br0", Arrays.stream(ports).map(SwitchPortSpec::plain).toList());
    }

    FakeNic open(String name, UnaryOperator<FakeNic.Builder> kind) {
        FakeNic nic = kind.apply(FakeNic.builder(datapath, name)).up();
        nics.put(name, nic);
        return nic;
    }

    LearningSwitch bridge() {
        return bridge;
    }

    FakeNic nic(String name) {
        FakeNic nic = nics.get(name);
        if (nic == null) {
            throw new IllegalArgumentException(
                    "nic: " + name + " (expected: " + nics.keySet() + ")");
        }
        return nic;
    }

    /// Has frames arrive at a port and waits until the switch has dealt with them.
    SwitchRig send(String port, byte[]... frames) {
        nic(port).inject(0, frames).awaitProcessed(SOON);
        return this;
    }

    SwitchRig send(String port, InjectedFrame... frames) {
        nic(port).inject(0, frames).awaitProcessed(SOON);
        return this;
    }

    /// What a port sent since the last call, in hexadecimal.
    List<String> sent(String port) {
        FakeNic nic = nic(port);
        List<String> frames = nic.transmitted().stream().map(SwitchRig::hex).toList();
        nic.clearTransmitted();
        return frames;
    }

    /// The ports that sent something since the last call, each as often as it did.
    List<String> senders() {
        return nics.keySet().stream()
                .flatMap(name -> sent(name).stream().map(frame -> name))
                .toList();
    }

    SwitchRig advance(Duration by) {
        clock.advance(by);
        bridge.tick();
        return this;
    }

    SwitchPortStats stats(String port) {
        return bridge.stats().stream()
                .filter(stats -> stats.port().equals(port))
                .findFirst()
                .orElseThrow();
    }

    /// Where the switch thinks an address is, as `port` or `port/vlan`; empty when it does not
    /// know.
    List<String> whereIs(String mac) {
        long wanted = mac(mac);
        return bridge.fdb().stream()
                .filter(entry -> entry.mac() == wanted)
                .map(entry -> entry.port() + (entry.vlan() == 0 ? "" : "/" + entry.vlan()))
                .toList();
    }

    @Override
    public void close() {
        bridge.close();
    }

    // ---- addresses and frames

    /// A frame between two stations.
    static byte[] frame(String from, String to) {
        return Frames.ethernet(from, to).ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payload(20).build();
    }

    /// The address of station `n`.
    static String station(int n) {
        return "06:00:00:%02x:%02x:%02x".formatted(n >>> 16 & 0xff, n >>> 8 & 0xff, n & 0xff);
    }

    static long mac(String text) {
        return HexFormat.fromHexDigitsToLong(text.replace(":", ""));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
