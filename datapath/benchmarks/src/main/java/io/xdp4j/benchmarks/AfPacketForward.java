package io.xdp4j.benchmarks;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.trace.Ledger;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Forwards from one interface to another, swapping MACs, as `afp fwd3m` of the C references does.
///
/// Usage: `AfPacketForward IN OUT SECONDS`; prints the rate of frames sent.
public final class AfPacketForward {
    private AfPacketForward() {}

    public static void main(String[] args) throws InterruptedException {
        try (Datapath datapath = Datapath.builder().workers(1).build()) {
            NetDevice in = open(datapath, "in", args[0]);
            NetDevice out = open(datapath, "out", args[1]);
            DevMap ports = new DevMap(datapath, "ports", 1);
            ports.update(0, out);
            XdpProgram forward =
                    xdp -> {
                        xdp.swapMacs();
                        return xdp.redirectMap(ports, 0, 0);
                    };
            in.attach(forward);
            in.up();
            out.up();
            long start = System.nanoTime();
            long sentBefore = 0;
            for (int second = 0; second < Integer.parseInt(args[2]); second++) {
                TimeUnit.SECONDS.sleep(1);
                long sent = out.linkStats().txPackets();
                System.out.printf("%.3f Mpps%n", (sent - sentBefore) / 1e6);
                sentBefore = sent;
            }
            Ledger ledger = datapath.drain(2_000_000_000L);
            System.out.printf(
                    "fwd %.3f Mpps, busy %d%%, %s%n",
                    sentBefore / ((System.nanoTime() - start) / 1e3),
                    datapath.workers().get(0).busyNanos() * 100 / (System.nanoTime() - start),
                    ledger);
            System.out.println(in.linkStats());
        }
    }

    private static NetDevice open(Datapath datapath, String name, String interfaceName) {
        return datapath.open(
                new DeviceSpec(
                        name,
                        "af_packet",
                        Map.of(
                                "interface",
                                interfaceName,
                                "ring-blocks",
                                16L,
                                "offloads",
                                "keep")));
    }
}
