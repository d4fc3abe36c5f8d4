package io.xdp4j.tools.classic;

import io.xdp4j.control.json.Json;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.InputFiles;
import io.xdp4j.tools.session.Macs;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// IPv4 routes and neighbours.
///
/// Thread: any; immutable.
record RoutingTables(List<Route> routes, List<Neighbour> neighbours) {
    private static final int IPV4_BITS = 32;

    RoutingTables {
        routes = List.copyOf(routes);
        neighbours = List.copyOf(neighbours);
    }

    /// @param gateway null for destinations on the link
    /// @param device name of the device that packets leave by
    /// @param metric the smaller one wins
    record Route(
            InetAddress prefix,
            int bits,
            @Nullable InetAddress gateway,
            String device,
            int metric) {}

    /// A host on a link whose address is known.
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Neighbour(InetAddress address, byte[] mac) {}

    /// Reads a file in the form of `prog run --net`: `routes` and `neighbours`.
    ///
    /// Fails: [CommandException] for a file that cannot be read,
    /// [io.xdp4j.control.json.JsonException] for one that says something else.
    static RoutingTables read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw CommandException.usage(
                    file
                            + ": "
                            + InputFiles.reasonAgainst(file)
                            + " (expected: a JSON file with routes and neighbours)");
        }
        Json json = Json.parse(text, String.valueOf(file.getFileName()));
        List<Route> routes = new ArrayList<>();
        for (Json route : json.at("routes").list()) {
            routes.add(route(route));
        }
        List<Neighbour> neighbours = new ArrayList<>();
        for (Json one : json.at("neighbours").list()) {
            neighbours.add(
                    new Neighbour(address(one.at("ip")), Macs.parse("mac", one.at("mac").text())));
        }
        return new RoutingTables(routes, neighbours);
    }

    private static Route route(Json route) {
        String[] dst = route.at("dst").text().split("/", -1);
        if (dst.length != 2 || !dst[1].matches("\\d{1,2}")) {
            throw route.at("dst").unexpected("a prefix like 10.0.0.0/8");
        }
        int bits = Integer.parseInt(dst[1]);
        InetAddress prefix = literal(dst[0], route.at("dst"));
        if (bits > IPV4_BITS) {
            throw route.at("dst").unexpected("a prefix of 0 to 32 bits");
        }
        return new Route(
                prefix,
                bits,
                route.at("via").isPresent() ? address(route.at("via")) : null,
                route.at("dev").text(),
                route.at("metric").number(0, Integer.MAX_VALUE, 0));
    }

    private static InetAddress address(Json json) {
        return literal(json.text(), json);
    }

    private static InetAddress literal(String text, Json json) {
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            if (address.getAddress().length == Integer.BYTES) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw json.unexpected("an IPv4 address");
        }
        throw json.unexpected("an IPv4 address");
    }
}
