package io.xdp4j.tools.xsk;

import io.xdp4j.control.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a tool prints about its sockets.
public interface XskView {
    /// What happened since the last report.
    List<String> lines();

    /// Counts and averages since the start.
    List<String> summary();

    /// One object: counts since the start.
    ///
    /// @param datapath the counters of a datapath of the tool's own after its drain, or null
    String json(String event, @Nullable Snapshot datapath);
}
