package io.xdp4j.tools;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// What the launcher runs once after a build: the JVM then stores the classes that the commands
/// load, and they start faster.
///
/// Arguments: object files, whose programs it verifies.
final class TrainingRun {
    /// `r0 = *(u8 *)(r1 + 0); exit`
    private static final String PROGRAM = "71100000000000009500000000000000";

    /// As an XDP program: `r0 = 2; exit`
    private static final String PASS = "b7000000020000009500000000000000";

    private TrainingRun() {}

    public static void main(String[] args) {
        Xdp4j.run("demo", "--duration", "1s", "--json");
        InputStream in = System.in;
        feed(PROGRAM);
        Xdp4j.run("prog", "exec", "01");
        feed(
                """
                {"id":1,"op":"insns","type":"raw","insns":"%s","data":["01"],"engine":"interp"}
                {"id":2,"op":"insns","insns":"%s","data":["%s"],"engine":"jit"}
                """
                        .formatted(PROGRAM, PASS, "00".repeat(64)));
        Xdp4j.run("prog", "batch");
        System.setIn(in);
        for (String object : args) {
            Xdp4j.run("prog", "load", object);
        }
    }

    private static void feed(String input) {
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    }
}
