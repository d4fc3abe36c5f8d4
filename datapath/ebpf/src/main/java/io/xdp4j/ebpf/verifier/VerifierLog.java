package io.xdp4j.ebpf.verifier;

import java.util.List;
import java.util.Locale;

/// The text that a verification leaves behind, in the kernel's wording.
///
/// Level 0 keeps messages only; 1 adds the path to an error with register states, 2 each
/// instruction of each path, 4 the time and the stack used. When a path was found safe, its text is dropped (level 1).
final class VerifierLog {
    private static final int LIMIT = 16 << 20;

    private static final int PATHS = 3;

    private final int wanted;
    private int level;
    private final StringBuilder text = new StringBuilder();

    /// @param begins false when paths are written down from [#begin] on only
    VerifierLog(int level, boolean begins) {
        this.wanted = level;
        this.level = begins ? level : level & ~PATHS;
    }

    void begin() {
        level = wanted;
    }

    /// True when paths are written down.
    boolean tracesPaths() {
        return (level & PATHS) != 0;
    }

    /// True when nothing is dropped.
    boolean tracesAll() {
        return (level & 2) != 0;
    }

    /// True when time and stack use are told at the end.
    boolean tellsStatistics() {
        return (level & 4) != 0;
    }

    void say(String words) {
        if (text.length() < LIMIT) {
            text.append(words);
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // no dependency on the annotation
    void say(String format, Object... args) {
        say(String.format(Locale.ROOT, format, args));
    }

    int position() {
        return text.length();
    }

    void cutTo(int position) {
        if (position < text.length()) {
            text.setLength(position);
        }
    }

    /// The line written last, without its end; empty without one.
    String lastLine() {
        int end = text.length() - 1;
        return end < 0 ? "" : text.substring(text.lastIndexOf("\n", end - 1) + 1, end);
    }

    List<String> lines() {
        return text.toString().lines().toList();
    }
}
