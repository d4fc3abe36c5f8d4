package io.xdp4j.benchmarks;

import io.xdp4j.control.AttachMode;
import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DatapathHost;
import io.xdp4j.control.DatapathObjects;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ObjectRequest;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.redirect.CpuMapEntry;
import io.xdp4j.core.redirect.CpuMapStats;
import io.xdp4j.programs.basic.RedirectTo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The samples' eBPF objects on our veth pairs, laid out as `kernel-veth.sh` lays them out on the
/// kernel's: a generator redirects to g0, its peer d0 has the program, d1 leads to s0.
///
/// Thread: one.
/// Owns: the session in which the objects are loaded, until closed.
final class ObjectsOnVeth implements AutoCloseable {
    private static final String DIRECTORY = "xdp4j.bpf";
    private static final String ON_NIC = "-nic";
    private static final int XDP_DROP = 1;
    private static final int XDP_PASS = 2;
    private static final int XDP_TX = 3;

    private final Datapath datapath;
    private final NetDevice nic;
    private final NetDevice near;
    private final NetDevice program;
    private final NetDevice out;
    private final NetDevice sink;
    private final DatapathObjects objects;
    private final DatapathControl control;

    /// @param nic the generator
    ObjectsOnVeth(Datapath datapath, NetDevice nic) {
        this.datapath = datapath;
        this.nic = nic;
        near = veth("g0", "d0");
        program = datapath.device("d0").orElseThrow();
        out = veth("d1", "s0");
        sink = datapath.device("s0").orElseThrow();
        objects = new DatapathObjects(datapath);
        control = new DatapathHost(datapath, objects, List::of).connect("bench");
        nic.attach(new RedirectTo.Device(near.ifindex()));
    }

    /// On the generator's worker. GRO at the receiving ends, as there, so that they have NAPI without a
    /// native program.
    private NetDevice veth(String name, String peer) {
        Map<String, Object> options =
                Map.of("peer", peer, "peer-gro", true, "worker", 0, "peer-worker", 0);
        return datapath.open(new DeviceSpec(name, "veth", options));
    }

    /// Attaches what the scenario is named for, and returns what counts as done in it. With `-nic`
    /// behind its name the object is on the generator itself, in place of the veth end behind it;
    /// `redirect-nics` has no veth at all.
    LongSupplier start(String what) {
        if (what.equals("redirect-nics")) {
            nic.detach();
            return redirectTo(datapath.register(new SinkNic(datapath, "sink")));
        }
        if (!what.endsWith(ON_NIC)) {
            return start(what, program);
        }
        nic.detach();
        return start(what.substring(0, what.length() - ON_NIC.length()), nic);
    }

    private LongSupplier start(String what, NetDevice device) {
        return switch (what) {
            case "drop" -> basic("xdp_no_touch", XDP_DROP, device, AttachMode.NATIVE);
            case "generic-drop" -> basic("xdp_no_touch", XDP_DROP, device, AttachMode.SKB);
            case "pass" -> basic("xdp_no_touch", XDP_PASS, device, AttachMode.NATIVE);
            case "tx" -> {
                swallow(near);
                yield basic("xdp_swap_macs", XDP_TX, device, AttachMode.NATIVE);
            }
            case "redirect" -> redirect(device);
            case "cpumap" -> cpumap(device);
            default -> throw new IllegalArgumentException("scenario: object-" + what);
        };
    }

    private LongSupplier basic(String name, int action, NetDevice device, AttachMode mode) {
        ObjectInfo object =
                control.load(request("xdp_bench.bpf.o").withGlobal("action", words(action)));
        attach(object, name, device, mode);
        int counters = id(object, "rx_cnt");
        return () -> sum(control.lookup(counters, words(0)));
    }

    private LongSupplier redirect(NetDevice device) {
        swallow(sink);
        redirect(device, out);
        return () -> sink.rxQueues().getFirst().xdpDrop();
    }

    private LongSupplier redirectTo(NetDevice wire) {
        redirect(nic, wire);
        return () -> wire.linkStats().txPackets();
    }

    private void redirect(NetDevice from, NetDevice to) {
        ObjectInfo object = control.load(request("xdp_redirect_map.bpf.o"));
        control.update(id(object, "tx_port_native"), words(0), words(to.ifindex(), 0), 0);
        attach(object, "xdp_redirect_map_native", from, AttachMode.NATIVE);
    }

    /// All flows to CPU 1.
    private LongSupplier cpumap(NetDevice device) {
        ObjectInfo object = control.load(request("xdp_redirect_cpu.bpf.o"));
        control.update(id(object, "cpu_map"), words(1), words(Scenario.DEFAULT_QSIZE, 0), 0);
        control.update(id(object, "cpus_available"), words(0), words(1), 0);
        control.update(id(object, "cpus_count"), words(0), words(1), 0);
        attach(object, "cpumap_l4_hash", device, AttachMode.NATIVE);
        return () ->
                objects.cpuMaps().stream()
                        .flatMap(map -> map.all().stream())
                        .map(CpuMapEntry::stats)
                        .flatMap(List::stream)
                        .mapToLong(CpuMapStats::pass)
                        .sum();
    }

    /// Has a device take frames and drop them.
    private void swallow(NetDevice device) {
        attach(control.load(request("xdp_basic.bpf.o")), "xdp_drop", device, AttachMode.NATIVE);
    }

    private void attach(ObjectInfo object, String name, NetDevice device, AttachMode mode) {
        int program =
                object.programs().stream()
                        .filter(one -> one.name().equals(name))
                        .mapToInt(ProgramInfo::id)
                        .findFirst()
                        .orElseThrow();
        control.attach(AttachRequest.of(device.ifindex(), program).withMode(mode));
    }

    private static int id(ObjectInfo object, String map) {
        return object.maps().stream()
                .filter(one -> one.name().equals(map))
                .mapToInt(MapInfo::id)
                .findFirst()
                .orElseThrow();
    }

    private static ObjectRequest request(String file) {
        Path path = Path.of(System.getProperty(DIRECTORY, "samples/bpf"), file);
        try {
            return ObjectRequest.of(file, Files.readAllBytes(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] words(int... words) {
        ByteBuffer bytes =
                ByteBuffer.allocate(words.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }

    /// The first word of each CPU's `struct datarec`, of three words.
    private static long sum(byte @Nullable [] values) {
        if (values == null) {
            throw new IllegalStateException("no counters");
        }
        ByteBuffer bytes = ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
        long sum = 0;
        for (int at = 0; at < values.length; at += 3 * Long.BYTES) {
            sum += bytes.getLong(at);
        }
        return sum;
    }

    @Override
    public void close() {
        control.close();
        objects.close();
    }
}
