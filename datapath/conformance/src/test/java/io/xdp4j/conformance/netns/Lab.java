package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.Ledgers;
import io.xdp4j.conformance.tool.RunningTool;
import io.xdp4j.conformance.tool.ToolCommand;
import io.xdp4j.testkit.NetNs;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Hosts around a switch, on veths with the offloads that they have by default.
///
/// ```
/// h1: eth0 ──── p1 ┐
/// h2: eth0 ──── p2 ├ hub: one tool at a time
/// h3: eth0 ──── p3 ┘
/// ```
///
/// Host N has 02:00:00:00:77:0N, 10.77.0.N/24 and fd77::N/64. [#stop] ends the tool and checks that it accounts for
/// every frame and leaves the interfaces as it found them.
///
/// Thread: one.
/// Owns: the namespaces and the tool.
final class Lab implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private final List<NetNs> namespaces = new ArrayList<>();
    private final NetNs hub;
    private final Map<String, String> before = new LinkedHashMap<>();
    private final List<RunningTool> inHosts = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private @Nullable RunningTool tool;

    private Lab() {
        hub = NetNs.create("hub");
        namespaces.add(hub);
    }

    /// Skips the test when namespaces or a tool are missing.
    static Lab of(int hosts, String... tools) {
        Stream.of(tools).forEach(Lab::assumeTool);
        Lab lab = new Lab();
        try {
            for (int number = 1; number <= hosts; number++) {
                lab.addHost(number);
            }
        } catch (RuntimeException | Error e) {
            lab.close();
            throw e;
        }
        return lab;
    }

    private static void assumeTool(String name) {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(directory -> new File(directory, name).canExecute()),
                "needs the " + name + " tool");
    }

    private void addHost(int number) {
        NetNs host = NetNs.create("h" + number);
        namespaces.add(host);
        connect(number);
    }

    /// Joins a host to its port by a new veth pair.
    void connect(int number) {
        NetNs.link(host(number), "eth0", hub, port(number));
        host(number).ip("link", "set", "eth0", "address", mac(number));
        host(number).addAddress("eth0", address(number) + "/24");
        host(number).addAddress("eth0", address6(number) + "/64");
    }

    NetNs hub() {
        return hub;
    }

    /// The host of a number from 1 on.
    NetNs host(int number) {
        return namespaces.get(number);
    }

    int hosts() {
        return namespaces.size() - 1;
    }

    static String port(int number) {
        return "p" + number;
    }

    static String mac(int number) {
        return "02:00:00:00:77:0" + number;
    }

    static String address(int number) {
        return "10.77.0." + number;
    }

    static String address6(int number) {
        return "fd77::" + number;
    }

    private Stream<String> ports() {
        return IntStream.rangeClosed(1, hosts()).mapToObj(Lab::port);
    }

    // ---- the tool

    /// Runs `xdp4j switch` over all ports and waits until they are up.
    RunningTool startSwitch(String... options) {
        return launchSwitch(options).awaitUp();
    }

    /// Runs `xdp4j switch` over all ports.
    RunningTool launchSwitch(String... options) {
        return launch(
                Stream.of(Stream.of("switch"), ports(), Stream.of(options))
                        .flatMap(s -> s)
                        .toArray(String[]::new));
    }

    /// Runs a switch over all ports from a file, which reports more often.
    RunningTool launchQuickSwitch() {
        String devices =
                ports().map("  - {name: %1$s, transport: af_packet, interface: %1$s}\n"::formatted)
                        .collect(Collectors.joining());
        String yaml =
                "workers: 2\ndevices:\n%sswitch: {ports: [%s]}\n"
                        .formatted(devices, ports().collect(Collectors.joining(", ")));
        return launch("run", written(yaml));
    }

    /// Runs `xdp4j run` on a file of this text and waits until its devices are up.
    RunningTool startFile(String yaml) {
        return launch("run", written(yaml)).awaitUp();
    }

    private RunningTool launch(String... arguments) {
        ports().forEach(port -> before.put(port, state(port)));
        RunningTool launched = launchIn(hub, arguments);
        tool = launched;
        return launched;
    }

    /// The tool that runs in the hub.
    RunningTool tool() {
        RunningTool running = tool;
        if (running == null) {
            throw new IllegalStateException("nothing runs");
        }
        return running;
    }

    /// Runs `xdp4j run` on a file of this text in a host, until [#stop].
    void startFileIn(int host, String yaml) {
        RunningTool launched = launchIn(host(host), "run", written(yaml));
        inHosts.add(launched);
        launched.awaitUp();
    }

    private static RunningTool launchIn(NetNs netns, String... arguments) {
        String[] all =
                Stream.concat(Stream.of(arguments), Stream.of("--json")).toArray(String[]::new);
        // A shell in the background has its children ignore SIGINT.
        return ToolCommand.of(all)
                .withTestClasses()
                .by("env", "--default-signal=INT,TERM")
                .by("ip", "netns", "exec", netns.name())
                .start();
    }

    /// Writes a file that the lab removes; it reports each 100 ms.
    private String written(String yaml) {
        try {
            Path file = Files.createTempFile("xdp4j-lab", ".yaml");
            files.add(file);
            Files.writeString(file, "stats: {interval: 100ms}\n" + yaml);
            return file.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What a tool may change about an interface.
    private String state(String port) {
        return hub.exec("ethtool", "-k", port)
                + hub.ip("-d", "link", "show", port).replaceAll("(?s).*(promiscuity \\d+).*", "$1");
    }

    /// Ends the tool; it must balance its ledger and restore the interfaces.
    Json stop() {
        RunningTool running = tool();
        Json summary = running.stop();
        inHosts.forEach(inHost -> Ledgers.assertBalanced(inHost.stop()));
        assertClean(running, summary);
        return summary;
    }

    /// Checks what a tool left that has ended.
    void assertClean(RunningTool ended, Json summary) {
        Ledgers.assertBalanced(summary);
        assertThat(ended.err()).as("no exception").noneMatch(line -> line.startsWith("ERROR"));
        assertThat(ended.err()).as("no exception").noneMatch(line -> line.contains("Exception"));
        before.forEach((port, state) -> assertThat(state(port)).as(port).isEqualTo(state));
        assertThat(hub.exec("cat", "/proc/net/packet").lines()).as("packet sockets").hasSize(1);
        assertThat(hub.exec("ip", "netns", "pids", hub.name()).lines())
                .as("processes in the hub besides the asking one")
                .hasSizeLessThanOrEqualTo(1);
        tool = null;
    }

    // ---- traffic

    /// Has each host ping each other one.
    void assertAllPing() {
        for (int from = 1; from <= hosts(); from++) {
            for (int to = 1; to <= hosts(); to++) {
                if (from != to) {
                    assertPings(from, address(to));
                    assertPings(from, address6(to));
                }
            }
        }
    }

    void assertPings(int from, String address, String... options) {
        NetNs.Output output = ping(from, address, options);
        assertThat(output.exitCode())
                .as("host " + from + " pings " + address + ": " + output.text() + "\n" + tool)
                .isZero();
    }

    boolean pings(int from, String address) {
        return ping(from, address, "-c1", "-W1").exitCode() == 0;
    }

    private NetNs.Output ping(int from, String address, String... options) {
        String[] command =
                Stream.concat(
                                Stream.of("ping", "-n", "-c2", "-i0.1", "-W5"),
                                Stream.concat(Stream.of(options), Stream.of(address)))
                        .toArray(String[]::new);
        return host(from).tryExec(command);
    }

    // ---- end

    @Override
    public void close() {
        RunningTool running = tool;
        if (running != null) {
            running.close();
        }
        inHosts.forEach(RunningTool::close);
        // One end of a veth takes the other with it, so all go before the last check.
        namespaces.reversed().forEach(NetNs::close);
        files.forEach(file -> assertThat(file.toFile().delete()).isTrue());
    }
}
