package io.xdp4j.conformance.veth;

import java.util.List;

/// Two veth pairs, `a0`-`a1` and `b0`-`b1`, up, one queue each way.
interface VethLab extends AutoCloseable {
    /// Attaches a program of an object in `samples/bpf`, in place of the one that is there.
    void attach(String device, String object, String program, boolean generic);

    void detach(String device);

    /// Has `xdp_forward`, attached to a device, redirect to another.
    void route(String device, String to);

    void mtu(String device, int bytes);

    void up(String device);

    void down(String device);

    /// Sends frames one after the other, each polled before the next.
    void send(String device, List<byte[]> frames);

    /// Sends frames while the queue of another device is not polled.
    void burst(String device, List<byte[]> frames, String stalled);

    /// What came of it, at rest.
    Outcome outcome();

    @Override
    void close();
}
