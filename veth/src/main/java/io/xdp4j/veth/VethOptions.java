package io.xdp4j.veth;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import org.jspecify.annotations.Nullable;

/// Reads a request for a pair.
///
/// Without queue options an end uses one queue each way and can be given as many as there are
/// workers, as `ip link add type veth` makes one for each possible CPU. The queues of the peer
/// mirror those of the named end.
///
/// Thread: any.
/// Fails: [DeviceException].
/// Kernel: `veth_newlink`, `veth_init_queues`.
final class VethOptions {
    private static final int DEFAULT_MTU = 1500;
    private static final int MAX_QUEUES = 64;
    private static final int MAX_QDISC = 16_384;
    private static final long MULTICAST = 1L << 40;

    private final Datapath datapath;
    private final DeviceSpec spec;
    private final int workers;

    VethOptions(Datapath datapath, DeviceSpec spec) {
        this.datapath = datapath;
        this.spec = spec;
        this.workers = datapath.workers().size();
    }

    VethEnd first() {
        boolean given = given("queues") || given("rx-queues");
        int rx = queues("rx-queues", "queues", 1);
        int tx = queues("tx-queues", "queues", 1);
        return new VethEnd(
                spec.name(),
                spec.integer("mtu", DEFAULT_MTU),
                mac("mac"),
                rx,
                tx,
                made(rx, given),
                made(tx, given("queues") || given("tx-queues")),
                spec.flag("gro", false),
                fidelity(),
                qdisc(),
                given("worker") ? worker("worker") : chooseWorker(rx));
    }

    /// The other end of `first`, on the same workers unless told otherwise.
    VethEnd second(VethEnd first) {
        int rx = queues("peer-rx-queues", "peer-queues", first.txQueues());
        int tx = queues("peer-tx-queues", "peer-queues", first.rxQueues());
        return new VethEnd(
                peerName(first.name()),
                spec.integer("peer-mtu", first.mtu()),
                mac("peer-mac"),
                rx,
                tx,
                given("peer-queues") || given("peer-rx-queues") ? rx : first.maxTxQueues(),
                given("peer-queues") || given("peer-tx-queues") ? tx : first.maxRxQueues(),
                spec.flag("peer-gro", false),
                first.fidelity(),
                first.qdisc(),
                given("peer-worker") ? worker("peer-worker") : beside(first, rx));
    }

    private VethFidelity fidelity() {
        String text = spec.textOrNull("fidelity");
        if (text == null || text.equals("strict")) {
            return VethFidelity.STRICT;
        }
        if (text.equals("friendly")) {
            return VethFidelity.FRIENDLY;
        }
        throw usage("fidelity", text, "strict or friendly");
    }

    private int qdisc() {
        int limit = spec.integer("qdisc", 0);
        if (limit < 0 || limit > MAX_QDISC) {
            throw usage("qdisc", limit, "0.." + MAX_QDISC);
        }
        return limit;
    }

    private boolean given(String option) {
        return spec.options().containsKey(option);
    }

    private int made(int inUse, boolean given) {
        return given ? inUse : Math.max(inUse, Math.min(workers, MAX_QUEUES));
    }

    private int queues(String own, String both, int absent) {
        String option = given(own) ? own : both;
        int count = spec.integer(option, absent);
        if (count < 1 || count > MAX_QUEUES) {
            throw usage(option, count, "1.." + MAX_QUEUES);
        }
        return count;
    }

    private int worker(String option) {
        int index = spec.integer(option, 0);
        if (index < 0 || index >= workers) {
            throw usage(option, index, "0.." + (workers - 1));
        }
        return index;
    }

    /// Worker 0 where every worker gets a queue, so that frames stay on their worker.
    private int chooseWorker(int rx) {
        return rx >= workers ? 0 : datapath.nextFirstWorker(rx);
    }

    private int beside(VethEnd first, int rx) {
        return rx >= workers ? 0 : first.firstWorker();
    }

    /// The peer's name; the first free `vethN` when there is none, as the kernel picks one.
    private String peerName(String first) {
        String name = spec.textOrNull("peer");
        for (int i = 0; name == null; i++) {
            String free = "veth" + i;
            if (!free.equals(first) && datapath.device(free).isEmpty()) {
                name = free;
            }
        }
        return name;
    }

    private long mac(String option) {
        String text = spec.textOrNull(option);
        if (text == null) {
            return 0;
        }
        Long mac = parseMac(text);
        if (mac == null || mac == 0 || (mac & MULTICAST) != 0) {
            throw usage(option, text, "a unicast address such as 02:00:00:00:00:01");
        }
        return mac;
    }

    private static @Nullable Long parseMac(String text) {
        return text.matches("\\p{XDigit}{2}(:\\p{XDigit}{2}){5}")
                ? Long.parseLong(text.replace(":", ""), 16)
                : null;
    }

    private DeviceException usage(String option, Object value, String expected) {
        return new DeviceException(
                DeviceException.Kind.USAGE,
                spec.name() + ": " + option + ": " + value + " (expected: " + expected + ")");
    }
}
