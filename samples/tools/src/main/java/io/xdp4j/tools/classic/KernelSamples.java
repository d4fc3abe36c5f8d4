package io.xdp4j.tools.classic;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ObjectRequest;
import io.xdp4j.tools.session.SampleObject;
import java.util.List;

/// What the kernel's own sample objects want set before they are loaded. Ours lack it all, and then
/// nothing happens.
final class KernelSamples {
    private static final int REDIRECT_ROWS = 7;
    private static final int MAC_BYTES = 6;

    private KernelSamples() {}

    /// Counters in arrays of one entry for each CPU, and the number of CPUs.
    static ObjectRequest sized(ObjectRequest request, int cpus) {
        ObjectRequest sized =
                request.withGlobal("nr_cpus", SampleObject.bytes(cpus, Integer.BYTES));
        for (String map : List.of("rx_cnt", "cpumap_kthread_cnt", "devmap_xmit_cnt")) {
            sized = sized.withMapEntries(map, cpus);
        }
        return sized.withMapEntries("redir_err_cnt", REDIRECT_ROWS * cpus)
                .withMapEntries("cpumap_enqueue_cnt", cpus * cpus)
                .withMapEntries("exception_cnt", cpus * cpus);
    }

    /// A device's address in a global variable, in the order of the wire.
    static ObjectRequest withMac(ObjectRequest request, String symbol, DeviceInfo device) {
        return request.withGlobal(symbol, mac(device));
    }

    static byte[] mac(DeviceInfo device) {
        byte[] bytes = new byte[MAC_BYTES];
        for (int i = 0; i < MAC_BYTES; i++) {
            bytes[i] = (byte) (device.mac() >>> (8 * (MAC_BYTES - 1 - i)));
        }
        return bytes;
    }
}
