package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.RxRing;
import io.xdp4j.ebpf.HotPath;

/// Receives and drops: `xdpsock -r`.
public final class RxDropLoop extends XskLoop {
    /// @param polls wait in poll(2) for frames
    public RxDropLoop(XskPort port, int batch, boolean polls) {
        super(port, batch, events(polls, true));
    }

    @HotPath
    @Override
    int step(XskUser user) {
        int count = received(user);
        if (count == 0) {
            return 0;
        }
        RxRing rx = user.rx();
        int room = roomToFill(user, count);
        int packets = 0;
        for (int i = 0; i < room; i++) {
            packets += endsPacket(rx, i);
            fill.put(umem.chunkOf(rx.address(i)));
        }
        fill.submit();
        rx.release(room);
        user.add(XskCount.RX, packets);
        return packets;
    }

    @HotPath
    @Override
    int completed(XskUser user, int count) {
        return count;
    }
}
