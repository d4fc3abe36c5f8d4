package io.xdp4j.core.channel;

import java.net.SocketAddress;

/// Address of a device's host side: device and worker.
public final class DeviceAddress extends SocketAddress {
    private static final long serialVersionUID = 1L;

    private final String device;
    private final int worker;

    DeviceAddress(String device, int worker) {
        this.device = device;
        this.worker = worker;
    }

    public String device() {
        return device;
    }

    public int worker() {
        return worker;
    }

    @Override
    public String toString() {
        return device + "/cpu" + worker;
    }
}
