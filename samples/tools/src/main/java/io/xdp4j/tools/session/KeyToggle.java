package io.xdp4j.tools.session;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/// Something that Ctrl-\ turns on and off.
///
/// The JVM keeps SIGQUIT for itself (it prints a thread dump), so on a terminal the key is taken
/// away from the signal and read as a character; Ctrl-C and Ctrl-Z remain signals. Where there is no
/// terminal nothing toggles.
///
/// Thread: one that reads keys; [#isOn] any.
/// Owns: the terminal's settings, until closed.
public final class KeyToggle implements AutoCloseable {
    private static final int CTRL_BACKSLASH = 0x1c;
    private static final int DISABLED = 0;
    private static final long READ_MILLIS = 200;
    private static final long JOIN_MILLIS = 1000;

    private final PrintWriter out;
    private final @Nullable Terminal terminal;
    private final @Nullable Attributes original;
    private final @Nullable Thread reader;
    private volatile boolean on;
    private volatile boolean closed;

    private KeyToggle(boolean on, PrintWriter out, @Nullable Terminal terminal) {
        this.on = on;
        this.out = out;
        this.terminal = terminal;
        if (terminal == null) {
            original = null;
            reader = null;
            return;
        }
        original = terminal.getAttributes();
        terminal.setAttributes(withKeys(original));
        reader = new Thread(() -> readKeys(terminal.reader()), "keys");
        reader.setDaemon(true);
    }

    /// Begins to listen to the key, where there is a terminal.
    ///
    /// @param on at first
    @SuppressWarnings("SystemConsoleNull") // NullAway's model still has it nullable
    public static KeyToggle open(boolean on, PrintWriter out) {
        Console console = System.console();
        Terminal terminal = console == null || !console.isTerminal() ? null : terminal();
        KeyToggle toggle = new KeyToggle(on, out, terminal);
        if (toggle.reader != null) {
            toggle.reader.start();
        }
        return toggle;
    }

    private static @Nullable Terminal terminal() {
        // JLine's own hook would close the terminal on Ctrl-C, before the summary is printed.
        System.setProperty("org.jline.shutdownhook.disable", "true");
        try {
            return TerminalBuilder.builder().system(true).nativeSignals(false).dumb(true).build();
        } catch (IOException e) {
            return null;
        }
    }

    private static Attributes withKeys(Attributes original) {
        Attributes keys = new Attributes(original);
        keys.setLocalFlag(Attributes.LocalFlag.ICANON, false);
        keys.setLocalFlag(Attributes.LocalFlag.ECHO, false);
        keys.setControlChar(Attributes.ControlChar.VQUIT, DISABLED);
        keys.setControlChar(Attributes.ControlChar.VMIN, 1);
        keys.setControlChar(Attributes.ControlChar.VTIME, 0);
        return keys;
    }

    private void readKeys(NonBlockingReader keys) {
        try {
            while (!closed) {
                int key = keys.read(READ_MILLIS);
                if (key == CTRL_BACKSLASH) {
                    on = !on;
                    out.println();
                    out.flush();
                } else if (key == NonBlockingReader.EOF) {
                    return;
                }
            }
        } catch (IOException e) {
            closed = true;
        }
    }

    public boolean isOn() {
        return on;
    }

    @Override
    public void close() {
        closed = true;
        if (terminal == null || original == null || reader == null) {
            return;
        }
        try {
            reader.join(JOIN_MILLIS);
            terminal.setAttributes(original);
            terminal.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            out.flush();
        }
    }
}
