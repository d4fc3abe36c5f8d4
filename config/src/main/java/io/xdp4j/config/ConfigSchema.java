package io.xdp4j.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The JSON schema of the configuration, for editors and other checkers.
///
/// Thread: any; no state.
/// Owns: nothing.
/// Fails: never, unless the module was packed without its resource.
/// Kernel: none.
public final class ConfigSchema {
    private static final String RESOURCE = "datapath.schema.json";

    private ConfigSchema() {}

    /// The schema, draft 2020-12.
    public static String json() {
        try (InputStream in = ConfigSchema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
