package io.xdp4j.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves a datapath on a Unix domain socket that only its owner may open.
///
/// Thread: starts one that accepts, and one for each client.
/// Owns: the socket and its file, until closed.
/// Fails: [IOException] when the socket cannot be made.
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final int MAX_CLIENTS = 32;
    private static final long CLOSE_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private final DatapathHost host;
    private final String command;
    private final Path path;
    private final ServerSocketChannel socket;
    private final Set<ClientSession> clients = ConcurrentHashMap.newKeySet();
    private final Thread acceptor;
    private volatile boolean closed;

    private ControlServer(
            DatapathHost host, String command, Path path, ServerSocketChannel socket) {
        this.host = host;
        this.command = command;
        this.path = path;
        this.socket = socket;
        this.acceptor = new Thread(this::accept, "control");
        acceptor.setDaemon(true);
    }

    /// Serves under the path; the file must not exist.
    ///
    /// @param command what runs the datapath
    public static ControlServer open(DatapathHost host, String command, Path path)
            throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            ControlServer server = new ControlServer(host, command, path, socket);
            server.acceptor.start();
            return server;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /// Serves where tools look for datapaths; null, and a word in the log, when that cannot be.
    public static @Nullable ControlServer openForTools(DatapathHost host, String command) {
        try {
            return open(host, command, RuntimeDirectory.socketOfThisProcess());
        } catch (IOException | RuntimeException e) {
            LOG.warn("control socket: {}; tools will not find this datapath", e.toString());
            return null;
        }
    }

    public Path path() {
        return path;
    }

    private void accept() {
        while (!closed) {
            try {
                SocketChannel client = socket.accept();
                if (clients.size() >= MAX_CLIENTS) {
                    client.close();
                } else {
                    serve(client);
                }
            } catch (IOException e) {
                if (!closed) {
                    LOG.warn("control socket: {}", e.toString());
                }
                return;
            }
        }
    }

    private void serve(SocketChannel channel) {
        ClientSession client =
                new ClientSession(channel, host.connect(command), ended -> clients.remove(ended));
        clients.add(client);
        client.start();
        if (closed) {
            client.close();
        }
    }

    /// Ends all sessions; what they own is taken back.
    @Override
    public void close() {
        closed = true;
        try {
            socket.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("control socket {}: {}", path, e.toString());
        }
        clients.forEach(ClientSession::close);
        clients.forEach(client -> client.join(CLOSE_MILLIS));
    }
}
