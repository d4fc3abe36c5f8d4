package io.xdp4j.control;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The form of requests and answers: JSON objects, one a line.
final class Protocol {
    /// Of the requests; another one is refused.
    static final int VERSION = 1;

    /// Longest request: an object of 6 MiB in base64, and what is around it.
    static final int MAX_REQUEST_BYTES = 8 << 20;

    /// Longest answer that a client takes.
    static final int MAX_ANSWER_BYTES = 64 << 20;

    private static final int FIRST_BYTES = 4096;

    private Protocol() {}

    /// The next line without its end, or null at the end of the stream.
    ///
    /// Fails: [IOException] for a line longer than `limit`.
    static @Nullable String readLine(InputStream in, int limit) throws IOException {
        byte[] line = new byte[FIRST_BYTES];
        int length = 0;
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (length == limit) {
                throw new IOException("a line of more than " + limit + " bytes");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, Math.min(2 * length, limit));
            }
            line[length++] = (byte) b;
        }
        return new String(line, 0, length, StandardCharsets.UTF_8);
    }
}
