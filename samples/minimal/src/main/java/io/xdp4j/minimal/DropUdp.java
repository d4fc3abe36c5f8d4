package io.xdp4j.minimal;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.Ledger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Drops UDP over IPv4 and passes the rest.
///
/// Runs on a generator, or on a real interface when one is named: `DropUdp [INTERFACE]`. It can also
/// be named in a configuration: `{name: x, type: class, class: io.xdp4j.minimal.DropUdp, ...}`.
public final class DropUdp implements XdpProgram {
    private static final int ETHERTYPE = 12;
    private static final int IPV4 = 0x0800;
    private static final int IPV4_PROTOCOL = 23;
    private static final int UDP = 17;

    @Override
    public int run(XdpBuff xdp) {
        return xdp.u16(ETHERTYPE) == IPV4 && xdp.u8(IPV4_PROTOCOL) == UDP ? XDP_DROP : XDP_PASS;
    }

    public static void main(String[] args) throws InterruptedException {
        try (Datapath datapath = Datapath.builder().workers(2).build()) {
            NetDevice nic = datapath.open(args.length == 0 ? generator() : real(args[0]));
            nic.attach(new DropUdp());
            datapath.up();
            TimeUnit.SECONDS.sleep(2);
            Ledger ledger = datapath.drain(TimeUnit.SECONDS.toNanos(5));
            System.out.printf(
                    "in %d = passed %d + dropped %s, balanced: %b%n",
                    ledger.in(), ledger.passed(), ledger.drops(), ledger.balanced());
        }
    }

    private static DeviceSpec generator() {
        return new DeviceSpec(
                "nic0",
                "generator",
                Map.of("queues", 2, "protocols", List.of("udp", "tcp"), "rate", 100_000));
    }

    private static DeviceSpec real(String interfaceName) {
        return new DeviceSpec("nic0", "af_packet", Map.of("interface", interfaceName));
    }
}
