package io.xdp4j.tools.classic;

import java.io.Closeable;
import java.util.Optional;

/// Where routes come from.
interface RouteSource extends Closeable {
    /// The tables when they are not what they were at the last call; always at the first.
    Optional<RoutingTables> changed();

    @Override
    void close();
}
