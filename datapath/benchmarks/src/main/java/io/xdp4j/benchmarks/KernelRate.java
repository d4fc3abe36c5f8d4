package io.xdp4j.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Times programs in the kernel, by its test run, through `bpfrun`.
final class KernelRate {
    private static final Pattern LOWEST = Pattern.compile("ret1 (-?\\d+).*ns/run min ([0-9.]+)");

    private final Path directory;

    /// What a program did there.
    ///
    /// @param nanos per run, the lowest of the runs
    record Timing(int retval, double nanos) {}

    /// @param directory with `bpfrun`, objects and packets
    KernelRate(Path directory) {
        this.directory = directory;
    }

    /// The lowest of some batches. `bpfrun` makes them long, as each begins with tens of milliseconds
    /// in which the kernel puts the program in place.
    Timing measure(EngineCase of, int batches) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                directory.resolve("bpfrun").toString(),
                                "-n",
                                Integer.toString(batches)));
        command.addAll(of.mapArguments());
        command.add(directory.resolve(of.object() + ".bpf.o").toString());
        command.add(of.program());
        command.add(directory.resolve(of.packet() + ".bin").toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Matcher lowest = LOWEST.matcher(text);
        if (!lowest.find()) {
            throw new IOException(String.join(" ", command) + ": " + text.strip());
        }
        return new Timing(Integer.parseInt(lowest.group(1)), Double.parseDouble(lowest.group(2)));
    }
}
