package io.xdp4j.config;

/// Where a part of the configuration was written: the file, the line and the path of keys.
///
/// Kept by every spec that can still be refused when the datapath is built, so that the refusal can
/// name the place: `throw new ConfigException(device.at(), "...")`.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: none.
///
/// @param file the file as the user named it
/// @param line counted from 1; 0 when it is about the file as a whole
/// @param key the path of keys, like `devices[1].queues`; empty at the top
public record SourceLocation(String file, int line, String key) {

    /// The place of a key inside this one, on the same line.
    public SourceLocation key(String name) {
        return key(name, line);
    }

    SourceLocation key(String name, int childLine) {
        return new SourceLocation(file, childLine, key.isEmpty() ? name : key + '.' + name);
    }

    SourceLocation item(int index, int childLine) {
        return new SourceLocation(file, childLine, key + '[' + index + ']');
    }

    ConfigException unexpected(String found, String expected) {
        return new ConfigException(this, found + " (expected: " + expected + ')');
    }

    /// `file:line: key`, without the parts that are unknown.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(Excerpt.escape(file));
        if (line > 0) {
            text.append(':').append(line);
        }
        if (!key.isEmpty()) {
            text.append(": ").append(key);
        }
        return text.toString();
    }
}
