package io.xdp4j.benchmarks;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.trace.Ledger;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Forwards from one interface to another, swapping MACs, as `afp fwd3m` of the C references does.
///
/// Usage: `AfPacketForward IN OUT SECONDS`. Prints `ready` when it forwards, and at the end the rate of
/// frames sent between the first and the last one, as the reference measures it.
public final class AfPacketForward {
    private static final int SAMPLE_MILLIS = 20;

    private AfPacketForward() {}

    public static void main(String[] args) throws InterruptedException {
        try (Datapath datapath = Datapath.builder().workers(1).build()) {
            NetDevice in = open(datapath, "in", args[0]);
            NetDevice out = open(datapath, "out", args[1]);
            DevMap ports = new DevMap(datapath, "ports", 1);
            ports.update(0, out);
            in.attach(new SwapAndForward(ports));
            datapath.up();
            System.out.println("ready");
            double rate = measure(out, Long.parseLong(args[2]));
            Ledger ledger = datapath.drain(TimeUnit.SECONDS.toNanos(2));
            System.out.printf(
                    "fwd tx %.3f Mpps, sent %d, not read in time %d, balanced %b%n",
                    rate,
                    out.linkStats().txPackets(),
                    in.linkStats().rxDropped(),
                    ledger.balanced());
        }
    }

    private static double measure(NetDevice out, long seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long first = 0;
        long last = 0;
        long before = 0;
        while (System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(SAMPLE_MILLIS);
            long sent = out.linkStats().txPackets();
            if (sent != before) {
                last = System.nanoTime();
                first = first == 0 ? last - TimeUnit.MILLISECONDS.toNanos(SAMPLE_MILLIS) : first;
                before = sent;
            }
        }
        return before * 1e3 / Math.max(1, last - first);
    }

    private static NetDevice open(Datapath datapath, String name, String interfaceName) {
        return datapath.open(new DeviceSpec(name, "af_packet", Map.of("interface", interfaceName)));
    }

    /// Takes chains too, so that the interfaces keep their offloads.
    private record SwapAndForward(DevMap ports) implements XdpProgram {
        @Override
        public int run(XdpBuff xdp) {
            xdp.swapMacs();
            return xdp.redirectMap(ports, 0, 0);
        }

        @Override
        public boolean hasFrags() {
            return true;
        }
    }
}
