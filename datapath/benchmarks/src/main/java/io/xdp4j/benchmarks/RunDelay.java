package io.xdp4j.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// How long the workers had work but no CPU: other threads had it.
///
/// Fails: throws [UncheckedIOException] where there is no Linux `/proc`.
/// Kernel: `sched_info.run_delay`, the second number of `/proc/<pid>/task/<tid>/schedstat`.
final class RunDelay {
    private RunDelay() {}

    /// Nanoseconds so far, all workers together.
    static long nanos() {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.filter(RunDelay::isWorker).mapToLong(RunDelay::delayOf).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isWorker(Path thread) {
        return read(thread.resolve("comm")).startsWith("worker-");
    }

    private static long delayOf(Path thread) {
        String[] numbers = read(thread.resolve("schedstat")).strip().split(" ", -1);
        return Long.parseLong(numbers[1]);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
