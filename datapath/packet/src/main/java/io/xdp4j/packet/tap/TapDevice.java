package io.xdp4j.packet.tap;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.link.LinkMonitor;
import io.xdp4j.core.link.LinkWatch;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.device.Tap;
import io.xdp4j.linux.netlink.LinkInfo;
import java.util.ArrayList;
import java.util.List;

/// A TAP interface: what the host sends on it is received here, what is transmitted here the host
/// receives.
///
/// Thread: as [NetDevice].
/// Kernel: drivers/net/tun.c.
final class TapDevice extends NetDevice implements LinkWatch {
    private final List<Tap> taps;
    private final List<TapRxQueue> receivers = new ArrayList<>();
    private final TapTxQueue[] senders;
    private final LinkMonitor.Registration monitor;

    TapDevice(
            Datapath datapath,
            DeviceInit init,
            String interfaceName,
            List<Tap> taps,
            LinkMonitor linkMonitor) {
        super(datapath, init);
        this.taps = List.copyOf(taps);
        for (int i = 0; i < taps.size(); i++) {
            receivers.add(new TapRxQueue(rxQueue(i), taps.get(i).fd()));
        }
        senders = new TapTxQueue[datapath.workers().size()];
        for (Worker worker : datapath.workers().all()) {
            Tap tap = taps.get(worker.index() % taps.size());
            senders[worker.index()] = new TapTxQueue(this, worker, txQueue(worker), tap.fd());
        }
        monitor = linkMonitor.watch(interfaceName, this);
    }

    @Override
    public String transport() {
        return "tap";
    }

    @Override
    protected void open() {
        monitor.refresh();
    }

    @Override
    protected void opened() {
        receivers.forEach(TapRxQueue::start);
    }

    @Override
    protected void stop() {
        receivers.forEach(TapRxQueue::stop);
    }

    @Override
    public void stopReceiving() {
        receivers.forEach(TapRxQueue::stopReceiving);
    }

    @Override
    public void close() {
        super.close();
        monitor.close();
        for (TapTxQueue sender : senders) {
            sender.close();
        }
        receivers.forEach(TapRxQueue::close);
        taps.forEach(Tap::close);
    }

    @Override
    public void linkChanged(LinkInfo link) {
        setMtu(Math.min(link.mtuBytes(), 65535));
        setOperational(link.isUp());
    }

    @Override
    public void linkRemoved() {
        setOperational(false);
    }

    @HotPath
    @Override
    public boolean transmitsFrags() {
        return true;
    }

    @HotPath
    @Override
    public boolean transmitsOffload(XdpFrame frame) {
        return true;
    }

    @HotPath
    @Override
    public int xdpXmit(Worker worker, XdpFrame[] frames, int count, boolean flush) {
        if (!isOperational()) {
            return -Errno.ENETDOWN;
        }
        TapTxQueue sender = senders[worker.index()];
        for (int i = 0; i < count; i++) {
            sender.send(frames[i]);
        }
        return count;
    }
}
