package io.xdp4j.tools;

import io.xdp4j.control.Snapshot;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp;
import org.jspecify.annotations.Nullable;

/// A table that updates in place.
final class LiveView implements StatsView {
    private final Terminal terminal;
    private final Display display;
    private final PrintWriter out;

    private LiveView(Terminal terminal, PrintWriter out) {
        this.terminal = terminal;
        this.display = new Display(terminal, false);
        this.out = out;
    }

    /// Null when standard output is no terminal that can move its cursor.
    @SuppressWarnings("SystemConsoleNull") // NullAway's model still has it nullable
    static @Nullable LiveView openOn(PrintWriter out) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return null;
        }
        // JLine's own hook would close the terminal on Ctrl-C, before the summary is printed.
        System.setProperty("org.jline.shutdownhook.disable", "true");
        try {
            Terminal terminal =
                    TerminalBuilder.builder().system(true).nativeSignals(false).dumb(true).build();
            if (terminal.getStringCapability(InfoCmp.Capability.cursor_up) == null) {
                terminal.close();
                return null;
            }
            return new LiveView(terminal, out);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public void stats(Snapshot before, Snapshot now) {
        Size size = terminal.getSize();
        int rows = Math.max(4, size.getRows() - 1);
        int columns = Math.max(40, size.getColumns());
        display.resize(size);
        List<AttributedString> lines =
                SnapshotTable.rates(before, now).stream()
                        .limit(rows)
                        .map(line ->
                                line.length() < columns ? line : line.substring(0, columns - 1))
                        .map(AttributedString::new)
                        .toList();
        display.update(lines, -1);
    }

    @Override
    public void summary(Snapshot start, Snapshot end) {
        display.update(List.of(), 0);
        StatsView.printSummary(out, start, end);
    }

    @Override
    public void close() {
        try {
            terminal.close();
        } catch (IOException e) {
            out.flush();
        }
    }
}
