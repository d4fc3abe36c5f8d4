package io.xdp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.Ledgers;
import io.xdp4j.conformance.tool.RunningTool;
import io.xdp4j.conformance.tool.ToolCommand;
import io.xdp4j.packet.pcap.PcapReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Commands that change a running datapath and end: `loader`, `filter`, `suricata flows`.
final class RunningDatapathToolsTest {
    private static final String CONFIG =
            "datapath/conformance/src/test/resources/scenarios/tools-running.yaml";
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String OWN_FILTER = "samples/bpf/xdp_filter.bpf.o";
    private static final Path DEBIAN_FILTER =
            Path.of("/usr/lib/x86_64-linux-gnu/bpf/xdpfilt_alw_all.o");

    private final RunningTool datapath = ToolCommand.of("run", CONFIG, "--json").start();

    @BeforeEach
    void waitForTraffic() {
        awaitCounter("rx_packets");
    }

    @AfterEach
    void drains() {
        try (datapath) {
            Json summary = datapath.stop();
            Ledgers.assertBalanced(summary);
        }
    }

    /// Waits until more than before was counted.
    private void awaitCounter(String counter) {
        Json before = datapath.awaitStats("statistics", SOON, _ -> true);
        datapath.awaitStats(counter, SOON, now -> of(now, counter) > of(before, counter));
    }

    private static long of(Json stats, String counter) {
        Json nic = stats.at("devices", "nic0");
        return nic.has(counter) ? nic.at(counter).number() : nic.at("xdp", counter).number();
    }

    private ToolCommand.Output tool(String... words) {
        String[] command =
                Stream.concat(
                                Stream.of(words),
                                Stream.of("--datapath", String.valueOf(datapath.pid())))
                        .toArray(String[]::new);
        return ToolCommand.of(command).run();
    }

    private List<String> ok(String... words) {
        ToolCommand.Output output = tool(words);
        assertThat(output.exitCode()).as(output.toString()).isZero();
        return output.out();
    }

    private void refuses(int code, String message, String... words) {
        ToolCommand.Output output = tool(words);
        assertThat(output.exitCode()).as(output.toString()).isEqualTo(code);
        assertThat(output.err()).as(output.toString()).hasSize(1);
        assertThat(output.err().getFirst()).contains(message);
    }

    // ---- loader

    @Test
    void loaderRunsProgramsInTheOrderOfTheirPriorities() {
        ok("loader", "load", "nic0", "samples/bpf/xdp_basic.bpf.o", "-n", "xdp_drop", "-P", "60");
        awaitCounter("drop");
        ok(
                "loader",
                "load",
                "nic0",
                "samples/bpf/xdp_basic.bpf.o",
                "-n",
                "xdp_pass",
                "-P",
                "20",
                "-A",
                "XDP_TX");
        // The first one's PASS is no reason to go on.
        awaitCounter("pass");
        List<String> status = ok("loader", "status");
        assertThat(status).anyMatch(line -> line.matches("nic0 +xdp_dispatcher +native *"));
        assertThat(status)
                .filteredOn(line -> line.startsWith(" =>"))
                .satisfiesExactly(
                        first ->
                                assertThat(first)
                                        .contains(" 20 ")
                                        .contains("xdp_pass")
                                        .endsWith("XDP_TX"),
                        second ->
                                assertThat(second)
                                        .contains(" 60 ")
                                        .contains("xdp_drop")
                                        .endsWith("XDP_PASS"));
        assertThat(status).contains("nic1                   <No XDP program loaded!>");
        Json nic0 =
                Json.parse(ok("loader", "status", "nic0", "--json").getFirst())
                        .at("interfaces", "nic0");
        String pass = nic0.at("programs", "xdp_pass").at("id").toString();
        ok("loader", "unload", "nic0", "-i", pass);
        awaitCounter("drop");
        refuses(
                6,
                "Program with ID " + pass + " not loaded",
                "loader",
                "unload",
                "nic0",
                "-i",
                pass);
        ok("loader", "unload", "nic0", "--all");
        refuses(6, "No XDP program loaded on nic0", "loader", "unload", "nic0", "--all");
        assertThat(ok("loader", "clean", "-v").getFirst()).endsWith(": 0 objects");
    }

    @ParameterizedTest
    @CsvSource({
        "2, no such device, loader status nosuch",
        "2, Need prog ID or --all, loader unload nic0",
        "3, Couldn't open file, loader load nic0 nosuch.o",
        "3, Couldn't find xdp program, loader load nic0 samples/bpf/xdp_basic.bpf.o -s nosuch",
        "2, --actions, loader load nic0 samples/bpf/xdp_basic.bpf.o -A XDP_NOSUCH",
        "4, bpffs, loader load nic0 samples/bpf/xdp_basic.bpf.o -p /sys/fs/bpf",
        "6, Maybe xdp-filter is not loaded?, filter status",
        "6, Maybe xdp-filter is not loaded?, filter port 80",
        "2, 1..65535, filter port 65536",
        "2, an IPv4 or IPv6 address, filter ip nosuch",
        "2, a MAC address, filter ether nosuch",
        "6, no flow table is loaded, suricata flows dump",
        "2, flow: nosuch, suricata flows add nosuch",
    })
    void refusesWhatMakesNoSense(int code, String message, String words) {
        refuses(code, message, words.split(" ", -1));
    }

    @Test
    void loaderTellsWhatADeviceCanDo() {
        assertThat(ok("loader", "features", "nic0"))
                .anyMatch(line -> line.matches("NETDEV_XDP_ACT_NDO_XMIT: +yes"))
                .anyMatch(line -> line.matches("NETDEV_XDP_ACT_HW_OFFLOAD: +no"));
    }

    // ---- forward

    @Test
    void forwardJoinsAChainAndLeavesIt() {
        ok("loader", "load", "nic0", "samples/bpf/xdp_basic.bpf.o", "-n", "xdp_pass", "-P", "20");
        ok("forward", "load", "nic0", "nic1");
        assertThat(ok("loader", "status"))
                .filteredOn(line -> line.startsWith(" =>"))
                .extracting(line -> line.split(" +", -1)[3])
                .containsExactly("xdp_pass", "xdp_fwd_prog", "xdp_fwd_prog");
        awaitCounter("pass");
        ok("forward", "unload", "nic0", "nic1");
        refuses(6, "is not attached", "forward", "unload", "nic0");
        refuses(4, "--fwd-mode: flowtable", "forward", "load", "nic0", "-f", "flowtable");
        ok("loader", "unload", "nic0", "--all");
        assertThat(ok("loader", "clean", "-v").getFirst()).endsWith(": 0 objects");
    }

    // ---- dump

    @Test
    void dumpSeesThePacketsOfProgramsOfAChain() {
        ok("loader", "load", "nic0", "samples/bpf/xdp_basic.bpf.o", "-n", "xdp_pass", "-P", "20");
        ok("loader", "load", "nic0", "samples/bpf/xdp_basic.bpf.o", "-n", "xdp_drop", "-P", "60");
        assertThat(dumped("xdp_pass", 3))
                .allMatch(line -> line.contains(": xdp_pass()@exit[PASS]: "));
        assertThat(dumped("xdp_drop", 3))
                .allMatch(line -> line.contains(": xdp_drop()@exit[DROP]: "));
        assertThat(dumped("xdp_dispatcher", 3))
                .allMatch(line ->
                        line.matches(
                                "\\d{10}\\.\\d{9}: xdp_dispatcher\\(\\)@exit\\[DROP]: packet"
                                        + " size \\d+ bytes on if_index \\d+, rx queue \\d,"
                                        + " id \\d+"));
        String drop =
                Json.parse(ok("loader", "status", "nic0", "--json").getFirst())
                        .at("interfaces", "nic0")
                        .at("programs", "xdp_drop")
                        .at("id")
                        .toString();
        for (String programs : List.of("all", "xdp_pass,xdp_dispatcher," + drop)) {
            assertThat(dumped(programs, 6))
                    .anyMatch(line -> line.contains(": xdp_pass()@exit[PASS]: "))
                    .anyMatch(line -> line.contains(": xdp_drop()@exit[DROP]: "))
                    .anyMatch(line -> line.contains(": xdp_dispatcher()@exit[DROP]: "));
        }
        assertThat(dumped("xdp_drop@" + drop, 3)).hasSize(3);
        refuses(
                2,
                "nosuch (expected: all, or of [xdp_dispatcher, xdp_pass@",
                "dump",
                "-i",
                "nic0",
                "-p",
                "nosuch");
        ok("loader", "unload", "nic0", "--all");
    }

    private List<String> dumped(String programs, int packets) {
        List<String> lines =
                ok(
                        "dump",
                        "-i",
                        "nic0",
                        "-P",
                        "-p",
                        programs,
                        "--rx-capture",
                        "exit",
                        "-c",
                        String.valueOf(packets));
        assertThat(lines).hasSize(packets);
        return lines;
    }

    @ParameterizedTest
    @CsvSource({"'',pcapng", "--use-pcap,pcap"})
    void dumpWritesToAPipe(String option, String format, @TempDir Path directory) {
        Path capture = directory.resolve(format);
        ToolCommand.Output output =
                ToolCommand.of(
                                Stream.of(
                                                "dump",
                                                "-i",
                                                "nic0",
                                                "-w",
                                                "-",
                                                "-c",
                                                "40",
                                                option,
                                                "--perf-wakeup",
                                                "20",
                                                "--datapath",
                                                String.valueOf(datapath.pid()))
                                        .filter(word -> !word.isEmpty())
                                        .toArray(String[]::new))
                        .by("sh", "-c", "\"$@\" | cat >" + capture, "sh")
                        .run();
        assertThat(output.err()).contains("40 packets captured", "0 packets dropped by kernel");
        assertThat(PcapReader.readAll(capture)).hasSize(40);
    }

    // ---- filter

    static Stream<Path> filters() {
        return Stream.of(Repository.root().resolve(OWN_FILTER), DEBIAN_FILTER)
                .filter(Files::exists);
    }

    @ParameterizedTest
    @MethodSource("filters")
    void filterDropsWhatItsRulesName(Path object) {
        ok("filter", "load", "nic0", "--object", object.toString());
        awaitCounter("pass");
        ok("filter", "ether", "02:00:00:00:00:01", "-m", "src");
        awaitCounter("drop");
        List<String> status = ok("filter", "status");
        assertThat(status)
                .startsWith("CURRENT XDP-FILTER STATUS:", "", "Aggregate per-action statistics:")
                .contains("xdpfilt_alw_all")
                .contains(
                        "  nic0 (native mode)                       tcp,udp,ipv6,ipv4,ethernet,allow")
                .anyMatch(line -> line.matches("  02:00:00:00:00:01 {24}src {14}[1-9]\\d*"));
        assertThat(ok("filter", "ether", "02:00:00:00:00:01", "-m", "src", "-r", "-s"))
                .containsExactly(
                        "Filtered MAC addresses:",
                        "                                           Mode             Hit counter");
        awaitCounter("pass");
        assertThat(ok("filter", "port", "80", "-s"))
                .endsWith("  80                                       dst,tcp,udp      0");
        assertThat(ok("filter", "port", "80", "-p", "udp", "-m", "src,dst", "-s"))
                .endsWith("  80                                       src,dst,tcp,udp  0");
        assertThat(ok("filter", "port", "80", "-r", "-p", "udp", "-s"))
                .endsWith("  80                                       src,dst,tcp      0");
        assertThat(ok("filter", "ip", "2001:db8::1", "-s"))
                .endsWith("  2001:db8::1                              dst              0");
        refuses(2, "already loaded in allow policy mode", "filter", "load", "nic1", "-p", "deny");
        List<String> poll = ok("filter", "poll", "-n", "1");
        assertThat(poll.getFirst()).matches("Period of \\d\\.\\d{6}s ending at \\d{10}\\.\\d{6}");
        assertThat(poll.get(1))
                .matches(
                        "XDP_DROP +[\\d,]+ pkts \\( +[\\d,]+ pps\\) +[\\d,]+ KiB \\( +[\\d,]+ Mbits/s\\)");
        ok("filter", "unload", "nic0");
        refuses(6, "Maybe xdp-filter is not loaded?", "filter", "status");
    }

    @Test
    void filterWithDenyPassesWhatItsRulesName() {
        ok("filter", "load", "nic0", "-p", "deny", "-f", "tcp,udp,ipv4");
        awaitCounter("drop");
        ok("filter", "ether", "02:00:00:00:00:01", "-m", "src");
        awaitCounter("pass");
        ok("filter", "unload", "--all", "-k");
        // Rules stay for the next load.
        ok("filter", "load", "nic0", "-p", "deny");
        assertThat(ok("filter", "status")).anyMatch(line -> line.contains("02:00:00:00:00:01"));
        ok("filter", "unload", "nic0");
    }

    // ---- suricata

    @Test
    void bypassedFlowsAreListedWhileTheFilterRuns() {
        try (RunningTool filter =
                ToolCommand.of(
                                "suricata",
                                "filter",
                                "-d",
                                "nic0",
                                "--json",
                                "--datapath",
                                String.valueOf(datapath.pid()))
                        .start()) {
            filter.awaitStats("flows", SOON, stats -> stats.at("flows").number() == 0);
            ok(
                    "suricata",
                    "flows",
                    "add",
                    "tcp 10.0.0.1:1024 > 10.0.0.2:443 vlan 3.4",
                    "udp [2001:db8::1]:5000 > [2001:db8::2]:53");
            filter.awaitStats("flows", SOON, stats -> stats.at("flows").number() == 4);
            assertThat(ok("suricata", "flows", "dump"))
                    .containsExactlyInAnyOrder(
                            "tcp 10.0.0.1:1024 > 10.0.0.2:443 vlan 3.4: 0 packets, 0 bytes",
                            "tcp 10.0.0.2:443 > 10.0.0.1:1024 vlan 3.4: 0 packets, 0 bytes",
                            "udp [2001:db8::1]:5000 > [2001:db8::2]:53: 0 packets, 0 bytes",
                            "udp [2001:db8::2]:53 > [2001:db8::1]:5000: 0 packets, 0 bytes");
            ok("suricata", "flows", "delete", "tcp 10.0.0.1:1024 > 10.0.0.2:443 vlan 3.4");
            filter.awaitStats("flows", SOON, stats -> stats.at("flows").number() == 2);
            filter.stop();
        }
    }
}
