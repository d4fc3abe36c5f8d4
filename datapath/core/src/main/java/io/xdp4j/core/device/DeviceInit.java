package io.xdp4j.core.device;

/// What every device starts with.
///
/// @param name unique in the datapath, at most 15 bytes as interface names are
/// @param ifindex the kernel's index for a real interface, 0 to have one assigned
/// @param mtu payload bytes, 68..65535
/// @param mac MAC address in the low 48 bits
/// @param rxQueues receive queues, 1..64
/// @param firstWorker index of the worker that has receive queue 0, the next queues following in
///   turn; [#NEXT_WORKER] to go on where the last device ended
public record DeviceInit(
        String name, int ifindex, int mtu, long mac, int rxQueues, int firstWorker) {
    /// Leaves the choice of the first worker to the datapath.
    public static final int NEXT_WORKER = -1;

    private static final int MAX_QUEUES = 64;
    private static final int MAX_NAME = 15;

    public DeviceInit {
        if (name.isEmpty() || name.length() > MAX_NAME || name.contains("/")) {
            throw usage("name", name, "1..15 characters without '/'");
        }
        if (mtu < 68 || mtu > 65535) {
            throw usage(name + ": mtu", Integer.toString(mtu), "68..65535");
        }
        if (rxQueues < 1 || rxQueues > MAX_QUEUES) {
            throw usage(name + ": queues", Integer.toString(rxQueues), "1.." + MAX_QUEUES);
        }
        if (firstWorker < NEXT_WORKER) {
            throw usage(name + ": worker", Integer.toString(firstWorker), "a worker's index");
        }
    }

    public DeviceInit(String name, int ifindex, int mtu, long mac, int rxQueues) {
        this(name, ifindex, mtu, mac, rxQueues, NEXT_WORKER);
    }

    private static DeviceException usage(String what, String value, String expected) {
        return new DeviceException(
                DeviceException.Kind.USAGE, what + ": " + value + " (expected: " + expected + ")");
    }
}
