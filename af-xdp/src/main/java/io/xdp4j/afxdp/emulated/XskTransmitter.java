package io.xdp4j.afxdp.emulated;

import io.xdp4j.afxdp.AddressProducer;
import io.xdp4j.afxdp.DescConsumer;
import io.xdp4j.afxdp.Umem;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.TxQueue;
import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.offload.SoftwareOffload;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.afxdp.XdpStatistics;
import io.xdp4j.linux.afxdp.XskTxMetadata;
import org.jspecify.annotations.Nullable;

/// The sending half of a bound socket: copies what the TX ring names into frames of the datapath.
///
/// For each packet: look, reserve a completion, build, transmit. So a packet that was sent always finds
/// room in the completion ring.
///
/// Thread: the queue's worker.
/// Fails: a negative errno; descriptors that are wrong are counted and completed unsent.
/// Kernel: `__xsk_generic_xmit`, `xsk_build_skb`.
final class XskTransmitter {
    /// Packets of one call unless told otherwise.
    static final int TX_BATCH_SIZE = 32;

    private static final int MAX_PARTS = XdpFrame.MAX_FRAGS + 1;
    private static final int KNOWN_OPTIONS = AfXdp.XDP_PKT_CONTD | AfXdp.XDP_TX_METADATA;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Umem umem;
    private final NetDevice device;
    private final AddressProducer completion;
    private final DescConsumer tx;
    private final boolean checksumsInSoftware;
    private final Worker worker;
    private final FrameCache frames;
    private final TxQueue counters;
    private final long[] addresses = new long[MAX_PARTS];
    private final int[] lengths = new int[MAX_PARTS];
    private int firstOptions;
    private int wrongParts;
    private volatile int budget;
    private long invalid;
    private long ringEmpty;

    /// @param budget packets of one call
    XskTransmitter(XskPool pool, DescConsumer tx, int budget) {
        this.umem = pool.umem();
        this.device = pool.device();
        this.completion = pool.completion();
        this.tx = tx;
        this.budget = budget;
        this.checksumsInSoftware = (umem.config().flags() & AfXdp.XDP_UMEM_TX_SW_CSUM) != 0;
        this.worker = pool.queue().worker();
        this.frames = worker.frames();
        this.counters = device.txQueues().get(worker.index());
    }

    void setBudget(int packets) {
        budget = packets;
    }

    /// Sends as many packets as the budget allows: 0 when the ring is empty or a packet was wrong, `-EAGAIN` when there is more to do or no
    /// room for completions, `-EBUSY` when the device dropped one, `-EINVAL` at a wrong request.
    @HotPath
    int send() {
        int result = sendBatch();
        completion.submit();
        worker.flushUnlessPolling();
        return result;
    }

    @HotPath
    private int sendBatch() {
        int most = budget;
        for (int sent = 0; ; ) {
            int parts = wrongParts > 0 ? 0 : nextPacket();
            if (wrongParts > 0) {
                // As 6.18: what stands behind it waits for the next call.
                return passOver() ? 0 : -Errno.EAGAIN;
            }
            if (parts == 0) {
                ringEmpty++;
                return 0;
            }
            if (sent++ == most || completion.reserve(parts) < parts) {
                return -Errno.EAGAIN;
            }
            int error = send(parts);
            if (error != 0) {
                return error;
            }
        }
    }

    /// Gives the descriptors of a wrong packet back by the completion ring; false when that is full.
    @HotPath
    private boolean passOver() {
        while (wrongParts > 0) {
            if (completion.reserve(1) == 0) {
                return false;
            }
            completion.put(tx.address(0));
            tx.release(1);
            wrongParts--;
            invalid++;
        }
        return true;
    }

    /// Reads the descriptors of one packet: how many, 0 when none is complete or `wrongParts` of them
    /// are to be passed over. As in the kernel a packet has several whatever the socket was bound with.
    @HotPath
    private int nextPacket() {
        int parts = 0;
        boolean valid = true;
        boolean more = true;
        while (more) {
            if (tx.peek(parts + 1) <= parts) {
                // Too many without an end would be in the ring's way for ever.
                wrongParts = parts > MAX_PARTS || parts == tx.size() ? parts : 0;
                return 0;
            }
            // Each word is read once: the user may change it meanwhile.
            long address = tx.address(parts);
            int length = tx.lengthBytes(parts);
            int options = tx.options(parts);
            more = (options & AfXdp.XDP_PKT_CONTD) != 0;
            valid &= isValid(address, length, options) && parts < MAX_PARTS;
            if (parts < MAX_PARTS) {
                addresses[parts] = address;
                lengths[parts] = length;
            }
            if (parts == 0) {
                firstOptions = options;
            }
            parts++;
        }
        if (valid) {
            return parts;
        }
        wrongParts = parts;
        return 0;
    }

    @HotPath
    private boolean isValid(long address, int length, int options) {
        return (options & ~KNOWN_OPTIONS) == 0 && umem.holds(address, length);
    }

    @HotPath
    private int send(int parts) {
        XdpFrame frame = copy(parts);
        if (frame == null) {
            return -Errno.EAGAIN;
        }
        boolean timestamp = false;
        if ((firstOptions & AfXdp.XDP_TX_METADATA) != 0) {
            long block = umem.pointer(addresses[0]) - umem.config().txMetadataBytes();
            long flags = umem.config().txMetadataBytes() == 0 ? -1 : RawMemory.getLong(block);
            if (!request(frame, block, flags)) {
                frames.free(frame);
                return -Errno.EINVAL;
            }
            timestamp = (flags & XskTxMetadata.XDP_TXMD_FLAGS_TIMESTAMP) != 0;
        }
        if (frame.needsChecksum() && (checksumsInSoftware || !device.transmitsOffload(frame))) {
            SoftwareOffload.finishChecksum(frame);
        }
        worker.ledger().entered(1);
        long droppedBefore = counters.dropped();
        device.hostXmit(worker, frame);
        tx.release(parts);
        for (int i = 0; i < parts; i++) {
            completion.put(addresses[i]);
        }
        if (timestamp) {
            stamp(umem.pointer(addresses[0]) - umem.config().txMetadataBytes());
        }
        return counters.dropped() == droppedBefore ? 0 : -Errno.EBUSY;
    }

    /// Takes over the requests in the metadata block; false when they are wrong.
    @HotPath
    private static boolean request(XdpFrame frame, long block, long flags) {
        long known =
                XskTxMetadata.XDP_TXMD_FLAGS_TIMESTAMP
                        | XskTxMetadata.XDP_TXMD_FLAGS_CHECKSUM
                        | XskTxMetadata.XDP_TXMD_FLAGS_LAUNCH_TIME;
        if ((flags & ~known) != 0) {
            return false;
        }
        if ((flags & XskTxMetadata.XDP_TXMD_FLAGS_CHECKSUM) == 0) {
            return true;
        }
        int start = RawMemory.getShort(block + XskTxMetadata.CSUM_START) & 0xffff;
        int offset = RawMemory.getShort(block + XskTxMetadata.CSUM_OFFSET) & 0xffff;
        if (start + offset + 2 > frame.length()) {
            return false;
        }
        frame.setPartialChecksum(start, offset);
        return true;
    }

    @HotPath
    private static void stamp(long block) {
        RawMemory.putLong(
                block + XskTxMetadata.TX_TIMESTAMP, System.currentTimeMillis() * NANOS_PER_MILLI);
    }

    /// A frame with the packet's bytes; null when chunks run out.
    @HotPath
    private @Nullable XdpFrame copy(int parts) {
        XdpFrame head = frames.allocate();
        if (head == null) {
            return null;
        }
        if (parts == 1 && lengths[0] <= XdpFrame.LINEAR_BYTES) {
            head.start(lengths[0]);
            RawMemory.copy(umem.pointer(addresses[0]), head.data(), lengths[0]);
            return head;
        }
        return copyChain(head, parts);
    }

    @HotPath
    private @Nullable XdpFrame copyChain(XdpFrame head, int parts) {
        head.start(0);
        XdpFrame tail = head;
        int room = XdpFrame.LINEAR_BYTES;
        for (int i = 0; i < parts; i++) {
            int done = 0;
            while (done < lengths[i]) {
                if (tail.length() == room) {
                    XdpFrame frag = frames.allocate();
                    if (frag == null) {
                        frames.free(head);
                        return null;
                    }
                    frag.setData(0, 0);
                    head.appendFrag(tail, frag);
                    tail = frag;
                    room = XdpFrame.CHUNK_BYTES;
                }
                int here = Math.min(lengths[i] - done, room - tail.length());
                RawMemory.copy(
                        umem.pointer(addresses[i]) + done, tail.data() + tail.length(), here);
                grow(head, tail, here);
                done += here;
            }
        }
        return head;
    }

    @HotPath
    private static void grow(XdpFrame head, XdpFrame tail, int bytes) {
        int length = tail.length() + bytes;
        if (tail.equals(head)) {
            head.start(length);
        } else {
            head.resizeFrag(tail, length);
        }
    }

    boolean isWritable() {
        return tx.used() <= tx.size() / 2;
    }

    XdpStatistics statistics() {
        return new XdpStatistics(0, 0, invalid, 0, 0, ringEmpty);
    }
}
