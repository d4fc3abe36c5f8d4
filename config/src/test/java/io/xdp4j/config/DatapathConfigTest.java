package io.xdp4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.config.GeneratorDeviceSpec.IpVersion;
import io.xdp4j.config.GeneratorDeviceSpec.Protocol;
import io.xdp4j.config.InterfaceDeviceSpec.Fanout;
import io.xdp4j.config.InterfaceDeviceSpec.Offloads;
import io.xdp4j.config.InterfaceDeviceSpec.Ring;
import io.xdp4j.config.InterfaceDeviceSpec.Transport;
import io.xdp4j.config.RedirectProgramSpec.Broadcast;
import io.xdp4j.config.RedirectProgramSpec.ToDevice;
import io.xdp4j.config.RedirectProgramSpec.ToKey;
import io.xdp4j.config.SwitchPortSpec.Access;
import io.xdp4j.config.SwitchPortSpec.Transparent;
import io.xdp4j.config.SwitchPortSpec.Trunk;
import io.xdp4j.config.SwitchSpec.Direction;
import io.xdp4j.config.SwitchSpec.MacTable;
import io.xdp4j.config.SwitchSpec.Mirror;
import io.xdp4j.config.SwitchSpec.StaticEntry;
import io.xdp4j.programs.bridge.StormLimit;
import io.xdp4j.programs.bridge.VlanSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the loader makes of good documents, and of files that are none.
final class DatapathConfigTest {
    private static final Path GOOD = Path.of("src/test/resources/good");
    private static final String NIC = "devices: [{name: nic0, transport: generator}]\n";

    private static final DatapathConfig KINDS =
            DatapathConfig.load(GOOD.resolve("minimal-kinds.yaml"));
    private static final DatapathConfig FULL = DatapathConfig.load(GOOD.resolve("full.yaml"));

    private static <T> T device(DatapathConfig config, String name, Class<T> type) {
        return type.cast(config.device(name).orElseThrow());
    }

    private static <T> T program(DatapathConfig config, String name, Class<T> type) {
        return type.cast(config.program(name).orElseThrow());
    }

    @Test
    void fillsInTheTopLevel() {
        DatapathConfig config = DatapathConfig.parse(NIC, "a.yaml");
        int cpus = Math.min(Runtime.getRuntime().availableProcessors(), 4);
        assertThat(config.workers().count()).isEqualTo(cpus);
        assertThat(config.workers().pin()).isFalse();
        assertThat(config.workers().cpus()).hasSize(cpus).startsWith(0);
        assertThat(config.frames()).isEqualTo(16384);
        assertThat(config.cpumaps()).isEmpty();
        assertThat(config.devmaps()).isEmpty();
        assertThat(config.programs()).isEmpty();
        assertThat(config.switches()).isEmpty();
        assertThat(config.stats().interval()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void takesWorkersAsANumberOrFromTheCpus() {
        DatapathConfig number = DatapathConfig.parse("workers: 3\n" + NIC, "a.yaml");
        assertThat(number.workers().cpus()).containsExactly(0, 1, 2);
        DatapathConfig cpus = DatapathConfig.parse("workers: {cpus: [5, 3]}\n" + NIC, "a.yaml");
        assertThat(cpus.workers().count()).isEqualTo(2);
        assertThat(cpus.workers().pin()).isTrue();
        assertThat(cpus.workers().cpus()).containsExactly(5, 3);
    }

    @Test
    void fillsInAnInterfaceDevice() {
        InterfaceDeviceSpec p1 = device(KINDS, "p1", InterfaceDeviceSpec.class);
        assertThat(p1.transport()).isEqualTo(Transport.AUTO);
        assertThat(p1.interfaceName()).isEqualTo("eth1");
        assertThat(p1.queues()).isEqualTo(1);
        assertThat(p1.promiscuous()).isTrue();
        assertThat(p1.offloads()).isEqualTo(Offloads.AUTO);
        assertThat(p1.fanout()).isEqualTo(Fanout.HASH);
        assertThat(p1.ring()).isEqualTo(new Ring(1 << 20, 16, Duration.ofMillis(1)));
        assertThat(p1.qdiscBypass()).isTrue();
        assertThat(device(KINDS, "p2", InterfaceDeviceSpec.class).transport())
                .isEqualTo(Transport.AF_PACKET);
        assertThat(device(KINDS, "p3", InterfaceDeviceSpec.class).transport())
                .isEqualTo(Transport.AF_XDP);
    }

    @Test
    void readsEveryKeyOfAnInterfaceDevice() {
        InterfaceDeviceSpec p1 = device(FULL, "p1", InterfaceDeviceSpec.class);
        assertThat(p1.queues()).isEqualTo(2);
        assertThat(p1.promiscuous()).isFalse();
        assertThat(p1.offloads()).isEqualTo(Offloads.KEEP);
        assertThat(p1.fanout()).isEqualTo(Fanout.QM);
        assertThat(p1.ring()).isEqualTo(new Ring(256 << 10, 16, Duration.ofMillis(5)));
        assertThat(p1.qdiscBypass()).isFalse();
        assertThat(p1.at().line()).isEqualTo(5);
        assertThat(p1.at().key()).isEqualTo("devices[0]");
    }

    @Test
    void readsTapDevices() {
        TapDeviceSpec plain = device(KINDS, "t0", TapDeviceSpec.class);
        assertThat(plain).isEqualTo(new TapDeviceSpec("t0", "t0", 1, 1500, null, true, plain.at()));
        TapDeviceSpec full = device(FULL, "t0", TapDeviceSpec.class);
        assertThat(full)
                .isEqualTo(
                        new TapDeviceSpec(
                                "t0",
                                "tap7",
                                4,
                                9000,
                                new MacAddress(0x020000000007L),
                                false,
                                full.at()));
    }

    @Test
    void fillsInAGenerator() {
        GeneratorDeviceSpec nic = device(KINDS, "nic0", GeneratorDeviceSpec.class);
        assertThat(nic.queues()).isEqualTo(1);
        assertThat(nic.mtu()).isEqualTo(1500);
        assertThat(nic.mac().isUnicast()).isTrue();
        assertThat(nic.dstMac()).isEqualTo(nic.mac());
        assertThat(nic.srcMac().isUnicast()).isTrue();
        assertThat(nic.srcMac()).isNotEqualTo(nic.mac());
        assertThat(nic.flows()).isEqualTo(64);
        assertThat(nic.sizes()).containsExactly(64);
        assertThat(nic.rate()).isZero();
        assertThat(nic.count()).isZero();
        assertThat(nic.seed()).isEqualTo(1);
        assertThat(nic.protocols()).containsExactly(Protocol.UDP);
        assertThat(nic.ipVersion()).isEqualTo(IpVersion.V4);
        assertThat(nic.vlan()).isZero();
        assertThat(nic.bidirectional()).isFalse();
        assertThat(nic.capture()).isNull();
    }

    @Test
    void readsEveryKeyOfAGenerator() {
        GeneratorDeviceSpec nic = device(FULL, "nic0", GeneratorDeviceSpec.class);
        assertThat(nic)
                .isEqualTo(
                        new GeneratorDeviceSpec(
                                "nic0",
                                4,
                                9000,
                                new MacAddress(0x020000000001L),
                                1000,
                                List.of(64, 512, 9018),
                                1_000_000,
                                5_000_000_000L,
                                Long.MIN_VALUE,
                                List.of(Protocol.UDP, Protocol.TCP, Protocol.ICMP),
                                IpVersion.BOTH,
                                new MacAddress(0x02000000000aL),
                                new MacAddress(0x333300000001L),
                                100,
                                true,
                                GOOD.resolve("out/nic0.pcap"),
                                nic.at()));
    }

    @Test
    void resolvesPathsAgainstTheFile() {
        PcapDeviceSpec cap = device(FULL, "cap0", PcapDeviceSpec.class);
        assertThat(cap.file()).isEqualTo(Path.of("/var/in.pcap"));
        assertThat(cap.capture()).isEqualTo(GOOD.resolve("out.pcap"));
        String yaml = "devices: [{name: a, transport: pcap, file: ../x.pcap}]";
        DatapathConfig here = DatapathConfig.parse(yaml, "plain.yaml");
        assertThat(device(here, "a", PcapDeviceSpec.class).file()).isEqualTo(Path.of("../x.pcap"));
        DatapathConfig there = DatapathConfig.parse(yaml, "/etc/xdp4j/switch.yaml");
        assertThat(device(there, "a", PcapDeviceSpec.class).file())
                .isEqualTo(Path.of("/etc/x.pcap"));
    }

    @Test
    void mirrorsTheQueuesOfAVeth() {
        VethDeviceSpec plain = device(KINDS, "v1", VethDeviceSpec.class);
        assertThat(plain.name()).isEqualTo("v0");
        assertThat(plain.deviceNames()).containsExactly("v0", "v1");
        assertThat(plain.rxQueues()).isEqualTo(1);
        assertThat(plain.mac()).isNotEqualTo(plain.peerMac());
        VethDeviceSpec crossed = veth("rx-queues: 2, tx-queues: 3");
        assertThat(crossed.peerRxQueues()).isEqualTo(3);
        assertThat(crossed.peerTxQueues()).isEqualTo(2);
        VethDeviceSpec wide = veth("queues: 4, peer-queues: 2");
        assertThat(wide.txQueues()).isEqualTo(4);
        assertThat(wide.peerRxQueues()).isEqualTo(2);
        VethDeviceSpec full = device(FULL, "v0", VethDeviceSpec.class);
        assertThat(full.peerRxQueues()).isEqualTo(4);
        assertThat(full.peerTxQueues()).isEqualTo(5);
        assertThat(full.peerMac()).isEqualTo(new MacAddress(0x020000000003L));
        assertThat(plain.fidelity()).isEqualTo(VethDeviceSpec.Fidelity.STRICT);
        assertThat(full.fidelity()).isEqualTo(VethDeviceSpec.Fidelity.FRIENDLY);
    }

    private static VethDeviceSpec veth(String keys) {
        String yaml = "devices: [{name: v0, transport: veth, peer: v1, " + keys + "}]";
        return device(DatapathConfig.parse(yaml, "a.yaml"), "v0", VethDeviceSpec.class);
    }

    @Test
    void readsMaps() {
        assertThat(FULL.cpumaps().getFirst().entries())
                .containsExactly(
                        new CpuMapSpec.Entry(0, 64, null), new CpuMapSpec.Entry(1, 1024, "filter"));
        assertThat(KINDS.cpumaps().getFirst().entries())
                .containsExactly(new CpuMapSpec.Entry(0, 192, null));
        DevMapSpec ports = FULL.devmaps().getFirst();
        assertThat(ports.type()).isEqualTo(DevMapSpec.Type.DEVMAP_HASH);
        assertThat(ports.maxEntries()).isEqualTo(8);
        assertThat(ports.entries())
                .containsExactly(
                        new DevMapSpec.Entry(3, "cap0", null),
                        new DevMapSpec.Entry(Integer.MAX_VALUE, "v0", "filter"));
        assertThat(KINDS.devmaps().getFirst().maxEntries()).isEqualTo(1);
    }

    @Test
    void readsPrograms() {
        assertThat(program(KINDS, "to-device", RedirectProgramSpec.class).target())
                .isEqualTo(new ToDevice("v0"));
        assertThat(program(KINDS, "to-key", RedirectProgramSpec.class).target())
                .isEqualTo(new ToKey("ports", 0));
        assertThat(program(KINDS, "to-all", RedirectProgramSpec.class).target())
                .isEqualTo(new Broadcast("ports", true));
        assertThat(program(FULL, "fwd", RedirectProgramSpec.class).target())
                .isEqualTo(new Broadcast("ports", false));
        VerdictProgramSpec back = program(FULL, "back", VerdictProgramSpec.class);
        assertThat(back.action()).isEqualTo(VerdictProgramSpec.Action.TX);
        assertThat(back.swapMacs()).isTrue();
        assertThat(back.attach()).containsExactly("v1");
        ClassProgramSpec custom = program(FULL, "custom", ClassProgramSpec.class);
        assertThat(custom.className()).isEqualTo("com.example.MyProgram$Inner");
        assertThat(program(FULL, "lb", LoadBalancerProgramSpec.class).cpumap()).isEqualTo("cpus");
        assertThat(FULL.programOn("t0")).contains(custom);
        assertThat(FULL.programOn("p1")).isEmpty();
    }

    @Test
    void leavesTagsAloneWithoutVlans() {
        SwitchSpec plain = KINDS.switches().getFirst();
        assertThat(plain.name()).isEqualTo("br0");
        assertThat(plain.vlanFiltering()).isFalse();
        assertThat(plain.ports()).allMatch(port -> port.vlan().equals(new Transparent()));
        assertThat(plain.ports()).allMatch(p -> p.stormLimit().equals(StormLimit.UNLIMITED));
        assertThat(plain.macTable()).isEqualTo(new MacTable(131072, Duration.ofMinutes(5)));
        assertThat(plain.staticEntries()).isEmpty();
        assertThat(plain.mirrors()).isEmpty();
    }

    @Test
    void readsEveryKeyOfASwitch() {
        SwitchSpec full = FULL.switches().getFirst();
        assertThat(full.vlanFiltering()).isTrue();
        VlanSet allowed =
                VlanSet.ofRange(30, 40)
                        .union(VlanSet.ofRange(10, 10))
                        .union(VlanSet.ofRange(20, 20))
                        .union(VlanSet.ofRange(1, 1));
        assertThat(full.ports().stream().map(SwitchPortSpec::vlan))
                .containsExactly(
                        new Access(1), new Access(1), new Access(10), new Trunk(allowed, 1));
        assertThat(full.ports().get(0).stormLimit()).isEqualTo(new StormLimit(1000, 1000, 1000));
        assertThat(full.ports().get(3).stormLimit())
                .isEqualTo(new StormLimit(5, StormLimit.NONE, 1000));
        assertThat(full.macTable()).isEqualTo(new MacTable(1024, Duration.ofMinutes(1)));
        assertThat(full.mirrors())
                .containsExactly(new Mirror(List.of("p1", "p2"), "p4", Direction.INGRESS));
        MacAddress five = new MacAddress(0x020000000005L);
        assertThat(full.staticEntries())
                .containsExactly(
                        new StaticEntry(five, "p1", 1),
                        new StaticEntry(five, "p4", 30),
                        new StaticEntry(new MacAddress(0x020000000006L), "p4", 1));
    }

    @Test
    void allowsAllVlansOnATrunkWithoutAList() {
        String yaml =
                "devices: [{name: v0, transport: veth, peer: v1}]\n"
                        + "switch: {ports: [v0, {device: v1, vlan: {mode: trunk}}]}";
        SwitchPortSpec port =
                DatapathConfig.parse(yaml, "a.yaml").switches().getFirst().ports().get(1);
        assertThat(port.vlan()).isEqualTo(new Trunk(VlanSet.ofRange(1, 4094), null));
        assertThat(port.isMember(4094)).isTrue();
        assertThat(port.isMember(0)).isFalse();
    }

    @Test
    void keepsOwnKeysBesideAMergeKey() {
        DatapathConfig merged = DatapathConfig.load(GOOD.resolve("merge-keys.yaml"));
        InterfaceDeviceSpec p2 = device(merged, "p2", InterfaceDeviceSpec.class);
        assertThat(p2.interfaceName()).isEqualTo("eth2");
        assertThat(p2.queues()).isEqualTo(2);
    }

    @Test
    void carriesThePlaceInTheException() {
        assertThatThrownBy(() -> DatapathConfig.parse("\n\n" + NIC + "frames: 1\n", "x.yaml"))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> {
                            assertThat(e.file()).isEqualTo("x.yaml");
                            assertThat(e.line()).isEqualTo(4);
                            assertThat(e.key()).isEqualTo("frames");
                            assertThat(e.getMessage())
                                    .isEqualTo(
                                            "x.yaml:4: frames: 1 (expected: integer 1024..1048576)");
                        });
    }

    @Test
    void refusesWhatIsNoReadableFile(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("nope.yaml");
        assertThatThrownBy(() -> DatapathConfig.load(missing))
                .isInstanceOf(ConfigException.class)
                .hasMessage(missing + ": no such file (expected: a YAML configuration)");
        assertThatThrownBy(() -> DatapathConfig.load(directory))
                .hasMessage(directory + ": a directory (expected: a YAML configuration)");
        Path latin = directory.resolve("latin.yaml");
        Files.write(latin, "# B\u00fccher\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> DatapathConfig.load(latin))
                .hasMessage(latin + ": not UTF-8 text (expected: a YAML configuration)");
    }

    @Test
    void readsPastAByteOrderMark() {
        assertThat(DatapathConfig.parse("\uFEFF" + NIC, "a.yaml").devices()).hasSize(1);
    }

    @Test
    void refusesAnEmptyText() {
        for (String text : List.of("", " ", "\n", "# only a comment\n", "---\n...\n")) {
            assertThatThrownBy(() -> DatapathConfig.parse(text, "a.yaml"))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("empty (expected: a mapping with the key devices)");
        }
    }

    @Test
    void refusesAHugeText() {
        String huge = NIC + "#".repeat(1 << 20);
        assertThatThrownBy(() -> DatapathConfig.parse(huge, "a.yaml"))
                .hasMessageStartingWith("a.yaml: 1048622 characters (expected: at most 1048576");
    }

    @Test
    void survivesDeepNestingAndLongNames() {
        for (String text :
                List.of(
                        "[".repeat(500_000),
                        "{a: ".repeat(100_000),
                        "- ".repeat(100_000),
                        "devices: [{name: " + "a".repeat(500_000) + ", transport: tap}]",
                        NIC
                                + "programs: [{name: p, type: class, class: "
                                + "a.".repeat(200_000)
                                + "a}]")) {
            assertThatThrownBy(() -> DatapathConfig.parse(text, "a.yaml"))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageNotContaining("\n");
        }
    }
}
