package io.xdp4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A network namespace for one test, gone with everything in it when closed.
///
/// ```java
/// try (NetNs left = NetNs.create("left"); NetNs right = NetNs.create("right")) {
///     NetNs.link(left, "eth0", right, "eth0");
///     left.addAddress("eth0", "10.9.0.1/24").exec("ping", "-c1", "10.9.0.2");
/// }
/// ```
///
/// Without the rights or the `ip` tool [#create] skips the test and says what is missing.
///
/// Thread: one at a time.
/// Owns: the namespace, its processes, links to the host.
/// Fails: `AssertionError` with the command's output when a command fails.
/// Kernel: `ip netns`, veth.
public final class NetNs implements AutoCloseable {
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(60);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String name;
    private final List<Process> spawned = new ArrayList<>();
    private final Deque<String> hostLinks = new ArrayDeque<>();

    private NetNs(String name) {
        this.name = name;
    }

    /// Makes a namespace `xdp4j-LABEL-` with a random end, `lo` up; skips the test when that cannot
    /// be had here.
    public static NetNs create(String label) {
        Assumptions.assumeTrue(
                Files.isDirectory(Path.of("/proc/self/ns")),
                "needs Linux network namespaces; this is " + System.getProperty("os.name"));
        Assumptions.assumeTrue(hasIpTool(), "needs the ip tool (package iproute2)");
        byte[] random = new byte[4];
        RANDOM.nextBytes(random);
        NetNs netns = new NetNs("xdp4j-" + label + "-" + HexFormat.of().formatHex(random));
        Output made = run(List.of("ip", "netns", "add", netns.name));
        Assumptions.assumeTrue(
                made.exitCode() == 0,
                () ->
                        "needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN) for ip netns add: "
                                + made.text().strip());
        netns.exec("ip", "link", "set", "lo", "up");
        return netns;
    }

    private static boolean hasIpTool() {
        try {
            return run(List.of("ip", "-V")).exitCode() == 0;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /// The name as `ip netns` and `io.xdp4j.linux.NetNamespace` take it.
    public String name() {
        return name;
    }

    // ---- links

    /// Joins two namespaces by a veth pair, both ends up.
    public static void link(NetNs one, String oneInterface, NetNs other, String otherInterface) {
        one.ip(
                "link",
                "add",
                oneInterface,
                "type",
                "veth",
                "peer",
                "name",
                otherInterface,
                "netns",
                other.name);
        one.ip("link", "set", oneInterface, "up");
        other.ip("link", "set", otherInterface, "up");
    }

    /// Joins this namespace to the one of the test by a veth pair, both ends up. Closing removes
    /// it.
    public void linkToHost(String hostInterface, String insideInterface) {
        check(
                List.of(
                        "ip",
                        "link",
                        "add",
                        hostInterface,
                        "type",
                        "veth",
                        "peer",
                        "name",
                        insideInterface,
                        "netns",
                        name));
        hostLinks.push(hostInterface);
        check(List.of("ip", "link", "set", hostInterface, "up"));
        ip("link", "set", insideInterface, "up");
    }

    /// Gives an interface an address such as `10.9.0.1/24`; IPv6 without duplicate detection.
    public NetNs addAddress(String networkInterface, String address) {
        if (address.contains(":")) {
            ip("-6", "addr", "add", address, "dev", networkInterface, "nodad");
        } else {
            ip("addr", "add", address, "dev", networkInterface);
        }
        return this;
    }

    /// Runs `ip` with these arguments inside.
    public String ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments));
        return check(command).text();
    }

    // ---- commands

    /// Runs a command inside and returns its output; fails when it does.
    public String exec(String... command) {
        return check(inside(command)).text();
    }

    /// Runs a command inside, whatever it answers.
    public Output tryExec(String... command) {
        return run(inside(command));
    }

    /// Starts a command inside; closing the namespace ends it.
    public Process spawn(String... command) {
        try {
            Process process = new ProcessBuilder(inside(command)).redirectErrorStream(true).start();
            spawned.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> inside(String... command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", name));
        whole.addAll(List.of(command));
        return whole;
    }

    private static Output check(List<String> command) {
        Output output = run(command);
        if (output.exitCode() != 0) {
            throw new AssertionError(
                    String.join(" ", command)
                            + ": exit code "
                            + output.exitCode()
                            + ": "
                            + output.text());
        }
        return output;
    }

    private static Output run(List<String> command) {
        try {
            Path log = Files.createTempFile("xdp4j-netns", ".log");
            try {
                return run(command, log);
            } finally {
                Files.delete(log);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted: " + String.join(" ", command), e);
        }
    }

    private static Output run(List<String> command, Path log)
            throws IOException, InterruptedException {
        // Output goes through a file: a full pipe would stop a command that nobody reads yet.
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        boolean ended = process.waitFor(COMMAND_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        return new Output(ended ? process.exitValue() : -1, text);
    }

    @Override
    public void close() {
        for (Process process : spawned) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        // One end of a veth takes the other with it; the namespace itself goes last.
        for (String hostLink : hostLinks) {
            run(List.of("ip", "link", "del", hostLink));
        }
        Output gone = run(List.of("ip", "netns", "del", name));
        if (gone.exitCode() != 0) {
            throw new AssertionError("ip netns del " + name + ": " + gone.text());
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /// What a command answered: its exit code (-1 after a minute), and both its streams.
    public record Output(int exitCode, String text) {}
}
