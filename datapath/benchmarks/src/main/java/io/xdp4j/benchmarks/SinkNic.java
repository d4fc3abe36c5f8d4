package io.xdp4j.benchmarks;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.HotPath;

/// A device that sends everything into nothing and receives nothing.
final class SinkNic extends NetDevice {
    SinkNic(Datapath datapath, String name) {
        super(datapath, new DeviceInit(name, 0, 1500, 0x0200_0000_0099L, 1));
    }

    @Override
    public String transport() {
        return "sink";
    }

    @HotPath
    @Override
    public int xdpXmit(Worker worker, XdpFrame[] frames, int count, boolean flush) {
        txQueue(worker).sent(count, worker.transmitted(frames, count));
        return count;
    }
}
