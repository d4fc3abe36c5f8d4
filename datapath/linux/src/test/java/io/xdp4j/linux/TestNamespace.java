package io.xdp4j.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

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
    public static TestNamespace withVeth() {
        TestNamespace namespace = create();
        try {
            namespace.ip("link add left numrxqueues 2 numtxqueues 3 type veth peer name right");
            namespace.ip("link set left addrgenmode none");
            namespace.ip("link set right addrgenmode none");
            namespace.ip("link set left up");
            namespace.ip("link set right up");
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
