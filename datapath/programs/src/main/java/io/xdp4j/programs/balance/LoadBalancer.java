package io.xdp4j.programs.balance;

import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.Arrays;
import java.util.List;

/// Spreads flows over the CPUs of a cpumap; both directions of a flow meet on one CPU.
///
/// | packet | answer |
/// |---|---|
/// | shorter than its Ethernet header or tags, or EtherType below 0x600 | PASS |
/// | IPv4, IPv6, behind up to two tags (0x8100, 0x88a8) | the CPU at its hash modulo the count |
/// | anything else, or cut off within the IP header | the CPU at index 0 |
/// | a CPU number at or above the number of CPUs | ABORTED, counted as an issue |
/// | no CPU in the list, or none in the map | ABORTED |
///
/// Thread: any worker; counters have one writer per worker. The list of CPUs may be changed from
/// any thread and takes effect with the next packet.
/// Owns: nothing.
/// Fails: by its answer only.
/// Kernel: `xdp_prognum5_lb_hash_ip_pairs`, samples/bpf/xdp_redirect_cpu.bpf.c.
public final class LoadBalancer implements XdpProgram {
    private static final int ETH_HLEN = 14;
    private static final int VLAN_HLEN = 4;
    private static final int ETH_P_802_3_MIN = 0x600;
    private static final int ETH_P_IP = 0x0800;
    private static final int ETH_P_IPV6 = 0x86dd;
    private static final int ETH_P_8021Q = 0x8100;
    private static final int ETH_P_8021AD = 0x88a8;

    private final RedirectMap map;
    private final int numberOfCpus;
    private final Counters[] counters;
    private volatile int[] available;

    /// @param map a cpumap with an entry for each CPU of the list
    /// @param numberOfCpus CPUs there are: the datapath's workers
    /// @param available CPU numbers flows are spread over (`cpus_available`); one may stand in it
    ///   several times to get a larger share
    public LoadBalancer(RedirectMap map, int numberOfCpus, List<Integer> available) {
        this.map = map;
        this.numberOfCpus = numberOfCpus;
        this.available = copyOf(available);
        this.counters = new Counters[numberOfCpus];
        Arrays.setAll(counters, i -> new Counters());
    }

    private static int[] copyOf(List<Integer> cpus) {
        int[] copy = cpus.stream().mapToInt(Integer::intValue).toArray();
        for (int cpu : copy) {
            if (cpu < 0) {
                throw new IllegalArgumentException("cpu: " + cpu + " (expected: >= 0)");
            }
        }
        return copy;
    }

    // ---- control

    /// Changes the CPUs that flows are spread over. Thread: any.
    public void setAvailable(List<Integer> cpus) {
        available = copyOf(cpus);
    }

    /// The CPUs that flows are spread over.
    public List<Integer> available() {
        return Arrays.stream(available).boxed().toList();
    }

    /// Packets seen so far (`processed`). Thread: any.
    public long processed() {
        return Arrays.stream(counters).mapToLong(c -> c.processed).sum();
    }

    /// Packets whose CPU number was out of range (`issue`). Thread: any.
    public long issues() {
        return Arrays.stream(counters).mapToLong(c -> c.issue).sum();
    }

    // ---- hot path

    @HotPath
    @Override
    public int run(XdpBuff xdp) {
        Counters count = counters[xdp.cpu()];
        count.processed++;
        long data = xdp.data();
        long end = xdp.dataEnd();
        long at = data + ETH_HLEN;
        if (at > end) {
            return XdpAction.XDP_PASS;
        }
        int type = RawMemory.u16be(at - 2);
        if (type < ETH_P_802_3_MIN) {
            return XdpAction.XDP_PASS;
        }
        for (int tags = 0; tags < 2 && isTag(type); tags++) {
            at += VLAN_HLEN;
            if (at > end) {
                return XdpAction.XDP_PASS;
            }
            type = RawMemory.u16be(at - 2);
        }
        return redirect(xdp, count, hash(type, at, end));
    }

    @HotPath
    private static boolean isTag(int type) {
        return type == ETH_P_8021Q || type == ETH_P_8021AD;
    }

    @HotPath
    private static int hash(int type, long at, long end) {
        return switch (type) {
            case ETH_P_IP -> FlowHash.ofIpv4(at, end);
            case ETH_P_IPV6 -> FlowHash.ofIpv6(at, end);
            default -> FlowHash.NONE;
        };
    }

    @HotPath
    private int redirect(XdpBuff xdp, Counters count, int hash) {
        int[] cpus = available;
        if (cpus.length == 0) {
            return XdpAction.XDP_ABORTED;
        }
        int cpu = cpus[Integer.remainderUnsigned(hash, cpus.length)];
        if (cpu >= numberOfCpus) {
            count.issue++;
            return XdpAction.XDP_ABORTED;
        }
        return xdp.redirectMap(map, cpu, 0);
    }

    @Override
    public String name() {
        return "lb_hash_ip_pairs";
    }

    @Override
    public boolean hasFrags() {
        return true;
    }

    @Override
    public String toString() {
        return name() + Arrays.toString(available);
    }

    /// One worker's counters.
    private static final class Counters {
        private long processed;
        private long issue;
    }
}
