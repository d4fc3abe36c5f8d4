package io.xdp4j.linux;

import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.NetlinkMonitor;
import io.xdp4j.linux.netlink.OperState;
import io.xdp4j.linux.netlink.RtNetlink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/// A network namespace of our own with a random name; closing deletes it with all it holds.
public final class TestNamespace implements AutoCloseable {
    private final String name = "xdp4j-" + UUID.randomUUID().toString().substring(0, 8);

    private TestNamespace() {}

    /// A namespace with a loopback that is down. See [NeedsNetNamespaces].
    public static TestNamespace create() {
        TestNamespace namespace = new TestNamespace();
        run("ip", "netns", "add", namespace.name);
        return namespace;
    }

    /// One with the veth pair `left` and `right`, both up and without IPv6 chatter.
    ///
    /// The kernel activates the one set up first some time after its peer, in its link watch; until
    /// then it swallows frames.
    public static TestNamespace withVeth() {
        TestNamespace namespace = create();
        try {
            namespace.ip("link add left numrxqueues 2 numtxqueues 3 type veth peer name right");
            namespace.ip("link set left addrgenmode none");
            namespace.ip("link set right addrgenmode none");
            namespace.ip("link set left up");
            namespace.ip("link set right up");
            namespace.awaitLink("left", link -> link.operState() == OperState.UP);
            namespace.awaitLink("right", link -> link.operState() == OperState.UP);
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
        return namespace;
    }

    public String name() {
        return name;
    }

    /// Moves the calling thread into the namespace, until closed.
    public NetNamespace enter() {
        return NetNamespace.enter(name);
    }

    /// Runs `ip -n NAME arguments`.
    public void ip(String arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments.split(" ")));
        run(command.toArray(String[]::new));
    }

    /// Waits until what the kernel tells of a device matches, and returns it.
    public LinkInfo awaitLink(String ifname, Predicate<LinkInfo> predicate) {
        try (NetNamespace _ = enter();
                NetlinkMonitor monitor = NetlinkMonitor.open();
                RtNetlink netlink = RtNetlink.open()) {
            while (true) {
                LinkInfo link = netlink.link(ifname).orElseThrow();
                if (predicate.test(link)) {
                    return link;
                }
                if (PollSet.pollOne(monitor.fd(), PollSet.POLLIN, 10_000) <= 0) {
                    throw new IllegalStateException("no change of " + link);
                }
                monitor.receive(event -> {});
            }
        }
    }

    private static void run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            byte[] output = process.getInputStream().readAllBytes();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(
                        String.join(" ", command)
                                + ": "
                                + new String(output, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        run("ip", "netns", "delete", name);
    }
}
