package io.xdp4j.benchmarks;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DatapathHost;
import io.xdp4j.control.DatapathObjects;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.core.device.Datapath;
import java.util.List;
import java.util.Locale;

/// Who listens to a datapath's tracepoints while it is measured.
enum Listening {
    /// Nobody.
    NONE,
    /// `xdp_monitor`: failures, cpumaps, transmissions.
    MONITOR,
    /// `xdp_monitor -s`: successful redirects too.
    STATS;

    static Listening parse(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /// Begins to listen; closing ends it.
    AutoCloseable begin(Datapath datapath) {
        if (this == NONE) {
            return () -> {};
        }
        DatapathObjects objects = new DatapathObjects(datapath);
        DatapathControl control = new DatapathHost(datapath, objects, List::of).connect("bench");
        control.openTrace(TraceFilter.ALL.withRedirects(this == STATS));
        return () -> {
            control.close();
            objects.close();
        };
    }
}
