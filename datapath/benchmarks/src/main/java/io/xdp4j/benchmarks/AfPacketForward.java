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
/// Usage: `AfPacketForward IN OUT SECONDS`. Prints `ready` when it forwards, and at the end the account
/// of the frames. The rate is for the receiver to measure: here it would take time from the forwarding.
public final class AfPacketForward {
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
            TimeUnit.SECONDS.sleep(Long.parseLong(args[2]));
            Ledger ledger = datapath.drain(TimeUnit.SECONDS.toNanos(2));
            System.out.printf(
                    "sent %d, not read in time %d, balanced %b%n",
                    out.linkStats().txPackets(), in.linkStats().rxDropped(), ledger.balanced());
        }
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
