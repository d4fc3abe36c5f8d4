package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.testkit.NetNs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// Random bytes over TCP from one namespace to another; both ends take their digest.
final class Transfer {
    private static final int BLOCK = 1 << 16;
    private static final int CONNECT_MILLIS = 10_000;
    private static final int IDLE_MILLIS = 20_000;

    private Transfer() {}

    /// Sends and compares.
    static void assertArrivesWhole(NetNs from, NetNs to, String address, long bytes) {
        CompletableFuture<Integer> port = new CompletableFuture<>();
        CompletableFuture<String> received =
                Inside.start(to, () -> receive(port))
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                port.completeExceptionally(failure);
                            }
                        });
        int listening = Inside.await(port);
        String sent = Inside.call(from, () -> send(address, listening, bytes));
        assertThat(Inside.await(received)).isEqualTo(sent);
    }

    private static String receive(CompletableFuture<Integer> port) throws IOException {
        try (ServerSocket server = new ServerSocket(0)) {
            server.setSoTimeout(IDLE_MILLIS);
            port.complete(server.getLocalPort());
            try (Socket connection = server.accept()) {
                connection.setSoTimeout(IDLE_MILLIS);
                MessageDigest digest = digest();
                byte[] block = new byte[BLOCK];
                InputStream in = connection.getInputStream();
                long total = 0;
                for (int read = in.read(block); read >= 0; read = in.read(block)) {
                    digest.update(block, 0, read);
                    total += read;
                }
                return total + " " + HexFormat.of().formatHex(digest.digest());
            }
        }
    }

    private static String send(String address, int port, long bytes) throws IOException {
        MessageDigest digest = digest();
        try (Socket connection = new Socket()) {
            connection.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
            OutputStream out = connection.getOutputStream();
            Random random = new Random(bytes);
            byte[] block = new byte[BLOCK];
            for (long left = bytes; left > 0; left -= BLOCK) {
                random.nextBytes(block);
                int length = (int) Math.min(left, BLOCK);
                digest.update(block, 0, length);
                out.write(block, 0, length);
            }
        }
        return bytes + " " + HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
