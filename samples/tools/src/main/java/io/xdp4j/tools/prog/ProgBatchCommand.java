package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `xdp4j prog batch`: answers requests, a JSON line each.
@Command(
        name = "batch",
        description = "Answer requests on standard input: a JSON line each, in any order.",
        mixinStandardHelpOptions = true)
final class ProgBatchCommand implements Callable<Integer> {
    private static final int MAX_WIDTH = 4;

    @Option(names = "--engine", description = "for requests that name none: auto, interp, jit")
    private Engine engine = Engine.AUTO;

    @Option(
            names = "--time-limit",
            paramLabel = "S",
            description = "seconds after which a request is given up (default: ${DEFAULT-VALUE})")
    private int timeLimit = 60;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            description = "requests at a time (default: as many as there are CPUs, at most 4)")
    private int jobs;

    @Override
    public Integer call() throws IOException {
        if (timeLimit < 1 || jobs < 0) {
            throw CommandException.usage(
                    "--time-limit: " + timeLimit + ", --jobs: " + jobs + " (expected: >= 1)");
        }
        int width =
                jobs > 0 ? jobs : Math.min(MAX_WIDTH, Runtime.getRuntime().availableProcessors());
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        try {
            new BatchLoop(new Requests(engine), out, width, Duration.ofSeconds(timeLimit)).run(in);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.OK;
    }
}
