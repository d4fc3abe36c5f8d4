package io.xdp4j.tools.classic;

import java.nio.file.Path;
import java.util.Optional;

/// Routes of a file, which is read once.
final class FileRoutes implements RouteSource {
    private final RoutingTables tables;
    private boolean told;

    FileRoutes(Path file) {
        tables = RoutingTables.read(file);
    }

    @Override
    public Optional<RoutingTables> changed() {
        boolean first = !told;
        told = true;
        return first ? Optional.of(tables) : Optional.empty();
    }

    @Override
    public void close() {}
}
