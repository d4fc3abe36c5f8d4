package io.xdp4j.conformance.veth;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.netns.Inside;
import io.xdp4j.conformance.netns.RawLink;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.linux.Sched;
import io.xdp4j.testkit.NetNs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The kernel's veth pairs in a namespace, driven by `ip`, `ethtool` and `bpftool`, the frames by
/// packet sockets that hand them straight to the driver.
///
/// To keep a queue from being polled its NAPI gets a thread, which must wait: on its CPU run the
/// sender and, where that has to wait itself (the JVM stops it now and then), a loop, both under
/// SCHED_FIFO.
final class KernelLab implements VethLab {
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int QUIET_ROUNDS = 3;
    private static final int CPU = 0;

    private final NetNs netns = NetNs.create("veth");
    private final String suffix = Integer.toHexString(0x1000 + new SecureRandom().nextInt(0xf000));
    private final Map<String, RawLink> links = new HashMap<>();
    private final Map<String, Integer> ifindexes = new HashMap<>();

    KernelLab() {
        sh("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        for (String end : List.of("a", "b")) {
            netns.ip("link", "add", name(end + 0), "type", "veth", "peer", "name", name(end + 1));
        }
        for (String device : Scenario.DEVICES) {
            netns.ip("link", "set", name(device), "up", "arp", "off");
        }
        for (String device : Scenario.DEVICES) {
            links.put(device, RawLink.open(netns, name(device)).pastQdisc());
            ifindexes.put(device, (int) show(device).at("ifindex").number());
        }
        links.values().forEach(KernelLab::drain);
    }

    static String peerOf(String device) {
        return device.charAt(0) + (device.endsWith("0") ? "1" : "0");
    }

    private String name(String device) {
        return device + "x" + suffix;
    }

    private String sh(String script) {
        return netns.exec("sh", "-c", script);
    }

    private Json show(String device) {
        return Json.parseForeign(netns.ip("-s", "-j", "link", "show", name(device)))
                .list()
                .getFirst();
    }

    @Override
    public void attach(String device, String object, String program, boolean generic) {
        netns.ip(
                "-force",
                "link",
                "set",
                "dev",
                name(device),
                generic ? "xdpgeneric" : "xdpdrv",
                "object",
                Repository.root().resolve("samples/bpf/" + object + ".bpf.o").toString(),
                "program",
                program);
    }

    @Override
    public void detach(String device) {
        netns.ip("link", "set", "dev", name(device), "xdp", "off");
    }

    @Override
    public void route(String device, String to) {
        String program = Long.toString(show(device).at("xdp", "prog", "id").number());
        Json shown = Json.parseForeign(netns.exec("bpftool", "-j", "prog", "show", "id", program));
        long map = shown.at("map_ids").list().getFirst().number();
        List<String> command = new ArrayList<>(List.of("bpftool", "map", "update", "id"));
        command.add(Long.toString(map));
        command.add("key");
        addWord(command, Objects.requireNonNull(ifindexes.get(device)));
        command.add("value");
        addWord(command, Objects.requireNonNull(ifindexes.get(to)));
        netns.exec(command.toArray(String[]::new));
    }

    private static void addWord(List<String> command, int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            command.add(Integer.toString(value >>> shift & 0xff));
        }
    }

    @Override
    public void mtu(String device, int bytes) {
        netns.ip("link", "set", name(device), "mtu", Integer.toString(bytes));
    }

    @Override
    public void up(String device) {
        netns.ip("link", "set", name(device), "up");
    }

    @Override
    public void down(String device) {
        netns.ip("link", "set", name(device), "down");
    }

    @Override
    public void send(String device, List<byte[]> frames) {
        RawLink link = Objects.requireNonNull(links.get(device));
        frames.forEach(link::trySend);
        awaitQuiet();
    }

    @Override
    public void burst(String device, List<byte[]> frames, String stalled) {
        sh("echo 1 > /sys/class/net/" + name(stalled) + "/threaded");
        String thread = sh("pgrep '^napi/" + name(stalled).substring(0, 6) + "'").strip();
        netns.exec("taskset", "-p", Integer.toString(1 << CPU), thread);
        RawLink link = Objects.requireNonNull(links.get(device));
        Inside.call(
                netns,
                () -> {
                    Sched.setAffinity(CPU);
                    String self = Integer.toString(Sched.threadId());
                    netns.exec("chrt", "-f", "-p", "2", self);
                    Process loop = keepBusy();
                    try {
                        frames.forEach(link::trySend);
                    } finally {
                        loop.destroyForcibly();
                        netns.exec("chrt", "-o", "-p", "0", self);
                    }
                    return self;
                });
        awaitQuiet();
        sh("echo 0 > /sys/class/net/" + name(stalled) + "/threaded");
    }

    /// A process that leaves nothing of the CPU to threads without SCHED_FIFO; it runs on return.
    private static Process keepBusy() {
        String[] command = {"chrt", "-f", "1", "taskset", "-c", Integer.toString(CPU)};
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("sh", "-c", "echo; while :; do :; done"));
        try {
            Process loop = new ProcessBuilder(words).start();
            loop.getInputStream().read();
            return loop;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The kernel tells nobody when its queues are empty: waits until the counters stand still.
    private void awaitQuiet() {
        String statistics = "/sys/class/net/*" + suffix + "/statistics/";
        String last = "";
        int rounds = 0;
        while (rounds < QUIET_ROUNDS) {
            LockSupport.parkNanos(QUIET_NANOS);
            String now = sh("cat " + statistics + "*_packets " + statistics + "*_dropped");
            rounds = now.equals(last) ? rounds + 1 : 0;
            last = now;
        }
    }

    @Override
    public Outcome outcome() {
        awaitQuiet();
        Map<String, Map<String, Long>> ethtool = new HashMap<>();
        Map<String, Map<String, Long>> link = new HashMap<>();
        Map<String, List<String>> delivered = new HashMap<>();
        for (String device : Scenario.DEVICES) {
            ethtool.put(device, counters(device));
            Json stats = show(device).at("stats64");
            Map<String, Long> numbers = new HashMap<>();
            for (String way : List.of("rx", "tx")) {
                for (String what : List.of("packets", "bytes", "dropped")) {
                    numbers.put(way + " " + what, stats.at(way, what).number());
                }
            }
            link.put(device, numbers);
            delivered.put(device, drain(Objects.requireNonNull(links.get(device))));
        }
        return new Outcome(ethtool, link, delivered);
    }

    private Map<String, Long> counters(String device) {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (String line : netns.exec("ethtool", "-S", name(device)).lines().toList()) {
            String[] words = line.strip().split(": ", -1);
            if (words.length == 2) {
                counters.put(words[0], Long.parseLong(words[1]));
            }
        }
        Integer peer = ifindexes.get(peerOf(device));
        counters.replaceAll((name, value) ->
                name.equals("peer_ifindex")
                        ? Objects.equals(value.intValue(), peer) ? 1L : 0L
                        : value);
        return counters;
    }

    private static List<String> drain(RawLink link) {
        List<String> frames = new ArrayList<>();
        Optional<byte[]> next = link.receive(10, frame -> true);
        while (next.isPresent()) {
            frames.add(Outcome.hex(next.get()));
            next = link.receive(10, frame -> true);
        }
        return frames;
    }

    @Override
    public void close() {
        links.values().forEach(RawLink::close);
        netns.close();
    }
}
