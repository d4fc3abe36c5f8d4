package io.xdp4j.control;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where running datapaths have their sockets: `PID.sock` in a directory that only its owner reads.
///
/// `$XDP4J_RUNTIME_DIR`, else `/run/xdp4j` where that can be written, else a directory of the user's
/// below the temporary one.
public final class RuntimeDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(RuntimeDirectory.class);
    private static final String VARIABLE = "XDP4J_RUNTIME_DIR";
    private static final String SUFFIX = ".sock";

    private RuntimeDirectory() {}

    /// Directories to look in, the first that can be made is where this process puts its socket.
    private static List<Path> candidates() {
        String given = System.getenv(VARIABLE);
        if (given != null && !given.isEmpty()) {
            return List.of(Path.of(given));
        }
        String user = System.getProperty("user.name", "user");
        return List.of(
                Path.of("/run/xdp4j"),
                Path.of(System.getProperty("java.io.tmpdir", "/tmp"), "xdp4j-" + user));
    }

    /// The path for a datapath of this process; what a dead process left there is removed.
    static Path socketOfThisProcess() throws IOException {
        IOException failure = new IOException("no directory for it");
        for (Path directory : candidates()) {
            try {
                if (!Files.isDirectory(directory)) {
                    Files.createDirectories(
                            directory,
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rwx------")));
                }
                if (Files.isWritable(directory)) {
                    Path socket = directory.resolve(ProcessHandle.current().pid() + SUFFIX);
                    Files.deleteIfExists(socket);
                    return socket;
                }
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    /// The socket of the datapath in that process.
    public static Path socketOf(long pid) {
        for (Path directory : candidates()) {
            Path socket = directory.resolve(pid + SUFFIX);
            if (Files.exists(socket)) {
                return socket;
            }
        }
        return candidates().getFirst().resolve(pid + SUFFIX);
    }

    /// A session with each datapath that this user may control; sockets that nobody serves any more
    /// are removed.
    ///
    /// Owns: the caller the sessions.
    public static List<RemoteControl> connectAll() {
        List<RemoteControl> found = new ArrayList<>();
        for (Path directory : candidates()) {
            if (!Files.isDirectory(directory)) {
                continue;
            }
            try (DirectoryStream<Path> sockets =
                    Files.newDirectoryStream(directory, "*" + SUFFIX)) {
                for (Path socket : sockets) {
                    connect(socket, found);
                }
            } catch (IOException e) {
                LOG.debug("{}: another user's, it has no datapath for us: {}", directory, e);
            }
        }
        return found;
    }

    private static void connect(Path socket, List<RemoteControl> found) throws IOException {
        try {
            found.add(RemoteControl.connect(socket));
        } catch (ConnectException e) {
            Files.deleteIfExists(socket);
        } catch (IOException | ControlException e) {
            LOG.debug("{}: not ours, or about to end: {}", socket, e.toString());
        }
    }
}
