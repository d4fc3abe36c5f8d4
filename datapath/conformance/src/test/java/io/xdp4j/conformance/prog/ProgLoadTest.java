package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.ToolCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `prog load` of a program that the verifier rejects.
final class ProgLoadTest {
    private static final String BAD =
            "datapath/conformance/src/test/resources/rejected/packet_short_check.bpf.o";

    /// Magic number of a capture file with nanoseconds.
    private static final byte[] PCAP = {0x4d, 0x3c, (byte) 0xb2, (byte) 0xa1};

    @Test
    void explainsBetweenTheLogAndItsLastLine(@TempDir Path directory) throws IOException {
        Path witness = directory.resolve("witness.pcap");
        ToolCommand.Output output =
                ToolCommand.of("prog", "load", BAD, "--witness-out", witness.toString()).run();
        assertThat(output.exitCode()).isEqualTo(1);
        List<String> lines = output.err();
        assertThat(lines.getLast()).startsWith("processed ");
        assertThat(lines)
                .contains("R1 offset is outside of the packet")
                .anyMatch(line -> line.contains("only 0..13 proven to be below data_end"))
                .anyMatch(line -> line.contains("if (data + 24 > data_end)"))
                .anyMatch(line -> line.contains("a packet of 14 bytes: "));
        assertThat(Files.readAllBytes(witness)).startsWith(PCAP);
    }

    @Test
    void tellsTheLogWhereItShouldHaveRun() {
        String packet = "datapath/conformance/src/test/resources/prog/packets.jsonl";
        ToolCommand.Output output = ToolCommand.of("prog", "run", BAD, "--data-in", packet).run();
        assertThat(output.exitCode()).isEqualTo(1);
        assertThat(output.err()).contains("R1 offset is outside of the packet");
        assertThat(output.err().getLast()).startsWith("processed ");
    }

    @Test
    void givesTheExplanationAsData() {
        ToolCommand.Output output = ToolCommand.of("prog", "load", BAD, "--json").run();
        assertThat(output.exitCode()).isEqualTo(1);
        Json why = Json.parse(output.out().getLast()).at("programs", "short_check", "explanation");
        assertThat(why.at("rule").text()).isEqualTo("packet_bounds");
        assertThat(why.at("source").at("line").number()).isEqualTo(17);
        assertThat(why.at("suggestion").text()).startsWith("if (data + 24 > data_end)");
        assertThat(why.at("witness").at("packet").text()).endsWith("0800");
    }

    @Test
    void tracesEachInstructionAtLevelTwo() {
        ToolCommand.Output output = ToolCommand.of("prog", "load", BAD, "--log-level", "2").run();
        assertThat(output.err())
                .contains("Live regs before insn:", "0: R1=ctx() R10=fp0")
                .anyMatch(line -> line.startsWith("; void *data_end = ") && line.contains(" @ "));
    }

    @Test
    void judgesForLoadersWithFewerCapabilities() {
        String good = "samples/bpf/xdp_basic.bpf.o";
        assertThat(ToolCommand.of("prog", "load", good, "--no-perfmon").run().exitCode()).isZero();
        ToolCommand.Output output = ToolCommand.of("prog", "load", good, "--unprivileged").run();
        assertThat(output.exitCode()).isEqualTo(1);
        assertThat(output.err())
                .contains("programs of type xdp are for CAP_BPF and CAP_SYS_ADMIN")
                .anyMatch(line -> line.contains("load with CAP_BPF"));
    }
}
