package io.xdp4j.tools;

import io.xdp4j.core.device.NetDeviceProvider;
import io.xdp4j.linux.Capabilities;
import io.xdp4j.linux.Capability;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.RtNetlink;
import io.xdp4j.tools.exit.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// `xdp4j devices`: the host's interfaces and the transports of this build.
@Command(
        name = "devices",
        description = "List the host's interfaces, and the transports that this build has.",
        mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
    @Option(names = "--json", description = "print JSON and nothing else")
    private boolean json;

    @Override
    public Integer call() {
        List<LinkInfo> links = links();
        List<String> transports =
                ServiceLoader.load(NetDeviceProvider.class).stream()
                        .flatMap(provider -> provider.get().transports().stream())
                        .filter(name -> !name.equals("auto"))
                        .sorted()
                        .toList();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        if (json) {
            out.println(asJson(links, transports));
        } else {
            print(out, links, transports);
        }
        return ExitCode.OK;
    }

    private static List<LinkInfo> links() {
        if (!LinuxPlatform.isSupported()) {
            return List.of();
        }
        try (RtNetlink netlink = RtNetlink.open()) {
            return netlink.links();
        }
    }

    /// Transports by which this process can use an interface.
    private static List<String> usable() {
        return Capabilities.effective().has(Capability.CAP_NET_RAW)
                ? List.of("af_packet")
                : List.of();
    }

    private static void print(PrintWriter out, List<LinkInfo> links, List<String> transports) {
        out.printf(
                "%-5s %-15s %-10s %-7s %6s %5s %5s  %-17s %s%n",
                "INDEX", "INTERFACE", "KIND", "STATE", "MTU", "RXQ", "TXQ", "MAC", "TRANSPORTS");
        List<String> usable = usable();
        for (LinkInfo link : links) {
            out.printf(
                    "%-5d %-15s %-10s %-7s %6d %5d %5d  %-17s %s%n",
                    link.ifindex(),
                    link.name(),
                    kind(link),
                    state(link),
                    link.mtuBytes(),
                    link.rxQueues(),
                    link.txQueues(),
                    link.address(),
                    usable.isEmpty() ? "- (needs CAP_NET_RAW)" : String.join(",", usable));
        }
        out.println();
        out.println("Transports of this build: " + String.join(", ", transports));
    }

    private static String kind(LinkInfo link) {
        if (link.isLoopback()) {
            return "loopback";
        }
        return link.kind().isEmpty() ? "ether" : link.kind();
    }

    private static String state(LinkInfo link) {
        if (!link.isUp()) {
            return "down";
        }
        return link.isRunning() ? "up" : "no-link";
    }

    private static String asJson(List<LinkInfo> links, List<String> transports) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator =
                new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            generator.writeStartObject();
            generator.writeArrayPropertyStart("devices");
            List<String> usable = usable();
            links.forEach(link -> write(generator, link, usable));
            generator.writeEndArray();
            strings(generator, "transports", transports);
            generator.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator generator, LinkInfo link, List<String> usable) {
        generator.writeStartObject();
        generator.writeNumberProperty("ifindex", link.ifindex());
        generator.writeStringProperty("name", link.name());
        generator.writeStringProperty("kind", kind(link));
        generator.writeStringProperty("state", state(link));
        generator.writeNumberProperty("mtu", link.mtuBytes());
        generator.writeStringProperty("mac", link.address().toString());
        generator.writeNumberProperty("rx_queues", link.rxQueues());
        generator.writeNumberProperty("tx_queues", link.txQueues());
        strings(generator, "transports", usable);
        generator.writeEndObject();
    }

    private static void strings(JsonGenerator generator, String name, List<String> values) {
        generator.writeArrayPropertyStart(name);
        values.forEach(generator::writeString);
        generator.writeEndArray();
    }
}
