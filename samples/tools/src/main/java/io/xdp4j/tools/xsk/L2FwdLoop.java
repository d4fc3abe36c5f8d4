package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.RxRing;
import io.xdp4j.afxdp.TxRing;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afxdp.AfXdp;

/// Sends back what comes, with the addresses swapped: `xdpsock -l`.
public final class L2FwdLoop extends XskLoop {
    private static final int ADDRESSES = 12;
    private static final int SOURCE = 6;

    /// @param polls wait in poll(2) for frames
    public L2FwdLoop(XskPort port, int batch, boolean polls) {
        super(port, batch, events(polls, true));
    }

    @HotPath
    @Override
    int step(XskUser user) {
        if (outstanding() > 0) {
            kick(user);
        }
        int waiting = received(user);
        int count = waiting == 0 ? 0 : user.tx().reserve(waiting);
        if (count == 0) {
            return 0;
        }
        int packets = sendBack(user, count);
        user.rx().release(count);
        user.add(XskCount.RX, packets);
        user.add(XskCount.TX, packets);
        submitted(user, count);
        return packets;
    }

    @HotPath
    private int sendBack(XskUser user, int count) {
        RxRing rx = user.rx();
        TxRing tx = user.tx();
        int packets = 0;
        for (int i = 0; i < count; i++) {
            long address = rx.address(i);
            int length = rx.lengthBytes(i);
            if (!user.withinPacket && length >= ADDRESSES) {
                swapAddresses(umem.pointer(address));
            }
            int ends = endsPacket(rx, i);
            user.withinPacket = ends == 0;
            packets += ends;
            tx.put(address, length, ends == 0 ? AfXdp.XDP_PKT_CONTD : 0);
        }
        return packets;
    }

    @HotPath
    private static void swapAddresses(long data) {
        int first = RawMemory.getInt(data);
        int firstEnd = RawMemory.getShort(data + Integer.BYTES);
        RawMemory.putInt(data, RawMemory.getInt(data + SOURCE));
        RawMemory.putShort(data + Integer.BYTES, RawMemory.getShort(data + SOURCE + Integer.BYTES));
        RawMemory.putInt(data + SOURCE, first);
        RawMemory.putShort(data + SOURCE + Integer.BYTES, firstEnd);
    }

    @HotPath
    @Override
    int completed(XskUser user, int count) {
        int room = roomToFill(user, count);
        for (int i = 0; i < room; i++) {
            fill.put(umem.chunkOf(completion.address(i)));
        }
        fill.submit();
        return room;
    }
}
