package io.xdp4j.conformance.tool;

import io.xdp4j.conformance.Repository;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A datapath that runs as a process with `--json`.
///
/// Thread: one, for all calls.
/// Owns: the process, which [#close] kills if nothing ended it.
/// Fails: `AssertionError` with both streams when a wait times out or the process ends early.
public final class RunningTool implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(20);

    private final ToolCommand command;
    private final Process process;
    private final Object monitor = new Object();
    private final List<String> out = new ArrayList<>();
    private final List<String> err = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private int openStreams = 2;

    private RunningTool(ToolCommand command, Process process) {
        this.command = command;
        this.process = process;
    }

    static RunningTool start(ToolCommand command) {
        try {
            Process process =
                    new ProcessBuilder(command.words())
                            .directory(Repository.root().toFile())
                            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                            .start();
            RunningTool tool = new RunningTool(command, process);
            tool.read(process.getInputStream(), tool.out);
            tool.read(process.getErrorStream(), tool.err);
            return tool;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(InputStream from, List<String> into) {
        readers.add(
                Thread.ofPlatform()
                        .daemon()
                        .name("reads " + command)
                        .start(() -> pump(from, into)));
    }

    private void pump(InputStream from, List<String> into) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (monitor) {
                    into.add(line);
                    monitor.notifyAll();
                }
            }
        } catch (IOException e) {
            synchronized (monitor) {
                err.add("reading: " + e);
            }
        } finally {
            synchronized (monitor) {
                openStreams--;
                monitor.notifyAll();
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    /// Memory that the process holds.
    public long residentMegabytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- waiting

    /// Waits for a line of statistics that is printed from now on and has what is wanted.
    public Json awaitStats(String what, Duration timeout, Predicate<Json> wanted) {
        int from = out().size();
        return until(
                what,
                timeout,
                () ->
                        out.subList(from, out.size()).stream()
                                .map(Json::parse)
                                .filter(wanted)
                                .findFirst());
    }

    /// Waits until standard error, from the start on, has a line with this text.
    public void awaitLog(String text, Duration timeout) {
        until(text, timeout, () -> err.stream().filter(line -> line.contains(text)).findFirst());
    }

    /// Asks under the monitor whenever there is anything new.
    private <T> T until(String what, Duration timeout, Supplier<Optional<T>> probe) {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (monitor) {
            Optional<T> found = probe.get();
            while (found.isEmpty()) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (millis <= 0 || openStreams == 0) {
                    String why = openStreams == 0 ? "ended before: " : "timed out: ";
                    throw new AssertionError(why + what + "\n" + this);
                }
                try {
                    monitor.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted: " + what, e);
                }
                found = probe.get();
            }
            return found.get();
        }
    }

    /// Waits until all devices are up.
    public RunningTool awaitUp() {
        awaitStats(
                "all devices up",
                Duration.ofSeconds(20),
                stats ->
                        stats.at("devices").list().stream()
                                .allMatch(device -> device.at("up").isTrue()));
        return this;
    }

    // ---- end

    /// Sends a signal such as `INT`.
    public void signal(String name) {
        try {
            Process kill =
                    new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                            .inheritIO()
                            .start();
            if (kill.waitFor() != 0) {
                throw new AssertionError("kill -" + name + " " + pid() + "\n" + this);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /// Ends it by SIGTERM, and returns the summary.
    public Json stop() {
        // Process.destroy would close the streams, too.
        process.toHandle().destroy();
        return awaitSummary();
    }

    /// Waits for exit code 0, with a summary as the last line.
    public Json awaitSummary() {
        awaitEnd();
        List<String> lines = out();
        if (process.exitValue() != 0 || lines.isEmpty()) {
            throw new AssertionError("exit code " + process.exitValue() + "\n" + this);
        }
        Json summary = Json.parse(lines.getLast());
        if (!summary.at("event").text().equals("summary")) {
            throw new AssertionError("the last line is no summary\n" + this);
        }
        return summary;
    }

    /// Waits for its end; returns its exit code.
    public int awaitExit() {
        awaitEnd();
        return process.exitValue();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("still running " + END + " later\n" + this);
            }
            for (Thread reader : readers) {
                reader.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted: " + command, e);
        }
    }

    /// Lines of standard output so far.
    public List<String> out() {
        synchronized (monitor) {
            return List.copyOf(out);
        }
    }

    /// Lines of standard error so far.
    public List<String> err() {
        synchronized (monitor) {
            return List.copyOf(err);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.destroyForcibly();
            awaitEnd();
        }
    }

    @Override
    public String toString() {
        List<String> printed = out();
        List<String> last = printed.subList(Math.max(0, printed.size() - 2), printed.size());
        return command
                + "\nstandard error:\n"
                + String.join("\n", err())
                + "\nlast of standard output:\n"
                + String.join("\n", last);
    }
}
