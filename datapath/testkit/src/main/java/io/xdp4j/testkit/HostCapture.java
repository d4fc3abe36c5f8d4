package io.xdp4j.testkit;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Keeps the bytes of every frame that a device hands to the host side, and frees the frame.
///
/// Thread: any.
/// Fails: `AssertionError` when a wait times out.
public final class HostCapture {
    private final NetDevice device;
    private final Object monitor = new Object();
    private final List<TransmittedFrame> received = new ArrayList<>();

    private HostCapture(NetDevice device) {
        this.device = device;
    }

    /// Becomes the device's host side on all workers.
    public static HostCapture on(NetDevice device) {
        HostCapture capture = new HostCapture(device);
        for (Worker worker : device.datapath().workers().all()) {
            device.setHostPath(worker, frame -> capture.receive(worker, frame));
        }
        return capture;
    }

    private void receive(Worker worker, XdpFrame frame) {
        synchronized (monitor) {
            received.add(TransmittedFrame.of(worker.index(), frame));
            monitor.notifyAll();
        }
        worker.frames().free(frame);
    }

    /// What came so far, in order.
    public List<byte[]> frames() {
        return received().stream().map(TransmittedFrame::bytes).toList();
    }

    /// What came so far, with the worker it came on.
    public List<TransmittedFrame> received() {
        synchronized (monitor) {
            return List.copyOf(received);
        }
    }

    /// Waits until at least `count` frames came, and returns all.
    public List<byte[]> await(int count, Duration timeout) {
        synchronized (monitor) {
            Waits.until(
                    monitor,
                    timeout,
                    () -> received.size() >= count,
                    () -> device.name() + ": passed " + received.size() + " of " + count);
        }
        return frames();
    }
}
