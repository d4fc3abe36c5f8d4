package io.xdp4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What the examples promise beyond being correct.
final class ExamplesTest {
    private static final Path EXAMPLES = Path.of("examples");

    @Test
    void pointEditorsToTheSchema() throws IOException {
        for (Path file : ConfigFilesTest.yamlFiles(EXAMPLES)) {
            assertThat(Files.readString(file))
                    .startsWith("# yaml-language-server: $schema=../schema/datapath.schema.json\n")
                    .contains("run config/examples/" + file.getFileName());
        }
    }

    @Test
    void replayTheSampleCapture() {
        DatapathConfig config = DatapathConfig.load(EXAMPLES.resolve("pcap-replay.yaml"));
        PcapDeviceSpec cap = (PcapDeviceSpec) config.device("cap0").orElseThrow();
        assertThat(cap.file()).isEqualTo(EXAMPLES.resolve("sample.pcap")).exists();
    }

    @Test
    void holdTheCaptureThatSamplePcapMakes() throws IOException {
        assertThat(Files.readAllBytes(EXAMPLES.resolve("sample.pcap")))
                .isEqualTo(SamplePcap.bytes());
    }

    @Test
    void needNoPrivilegeWhereTheySaySo() throws IOException {
        for (Path file : ConfigFilesTest.yamlFiles(EXAMPLES)) {
            boolean promised = Files.readString(file).contains("Needs no privilege");
            boolean emulated =
                    DatapathConfig.load(file).devices().stream()
                            .noneMatch(d ->
                                    d instanceof InterfaceDeviceSpec || d instanceof TapDeviceSpec);
            assertThat(promised).as(file.toString()).isEqualTo(emulated);
        }
    }
}
