package io.xdp4j.core.link;

import io.xdp4j.linux.netlink.LinkInfo;

/// Wants to know about one interface.
///
/// Thread: called by the monitor's thread, one event at a time.
public interface LinkWatch {
    /// The interface is there, in this state.
    void linkChanged(LinkInfo link);

    /// The interface is gone, or has another name now.
    void linkRemoved();
}
