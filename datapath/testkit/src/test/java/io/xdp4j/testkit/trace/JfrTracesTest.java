package io.xdp4j.testkit.trace;

import static io.xdp4j.core.program.XdpAction.XDP_ABORTED;
import static io.xdp4j.core.trace.Tracepoint.XDP_EXCEPTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tracepoints in Flight Recorder recordings.
@DatapathTest
final class JfrTracesTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void recordingsHaveTheEventsWithTheirFields(Datapath datapath, @TempDir Path dir)
            throws IOException {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        in.attach(xdp -> xdp.length() == 60 ? XDP_ABORTED : xdp.redirect(77, 0));
        assertThat(datapath.tracepoints().listener(XDP_EXCEPTION)).as("nobody records").isNull();
        Path file = dir.resolve("xdp.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("xdp4j.xdp_redirect");
            recording.start();
            assertThat(datapath.tracepoints().listener(XDP_EXCEPTION)).isNotNull();
            in.inject(0, Frames.udp4(1, 60), Frames.udp4(2, 61)).awaitProcessed(SOON);
            recording.stop();
            recording.dump(file);
        }
        assertThat(datapath.tracepoints().listener(XDP_EXCEPTION))
                .as("nobody records any more")
                .isNull();
        List<RecordedEvent> events = new ArrayList<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().startsWith("xdp4j.xdp_")) {
                events.add(event);
            }
        }
        assertThat(events).hasSize(2);
        RecordedEvent exception = event(events, "xdp4j.xdp_exception");
        assertThat(exception.getString("action")).isEqualTo("ABORTED");
        assertThat(exception.getInt("ifindex")).isEqualTo(in.ifindex());
        RecordedEvent error = event(events, "xdp4j.xdp_redirect_err");
        assertThat(error.getInt("err")).isEqualTo(-22);
        assertThat(error.getInt("to_ifindex")).isEqualTo(77);
        assertThat(error.getInt("map_id")).isEqualTo(Integer.MAX_VALUE);
    }

    private static RecordedEvent event(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
