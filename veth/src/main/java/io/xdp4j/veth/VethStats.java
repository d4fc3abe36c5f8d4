package io.xdp4j.veth;

import io.xdp4j.core.device.LinkStats;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.device.TxQueue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The counters of one end as the kernel's driver shows them.
///
/// What a peer sent is counted at the receiver and shown at both: the transmit errors of an end are
/// those of the other end's receive queues.
///
/// Thread: any; values of a moment ago.
/// Kernel: `veth_get_ethtool_stats`, `veth_get_stats64`.
final class VethStats {
    private VethStats() {}

    static Map<String, Long> ethtool(VethDevice device, @Nullable VethDevice peer) {
        Map<String, Long> stats = new LinkedHashMap<>();
        stats.put("peer_ifindex", peer == null ? 0L : peer.ifindex());
        for (VethRq rq : device.rqsInUse()) {
            putRxQueue(stats, rq);
        }
        int txQueues = device.realTxQueues();
        for (int i = 0; i < txQueues; i++) {
            stats.put(txName(i, "xdp_xmit"), 0L);
            stats.put(txName(i, "xdp_xmit_errors"), 0L);
        }
        if (peer != null) {
            for (int i = 0; i < peer.realRxQueues(); i++) {
                int shown = i % txQueues;
                stats.merge(txName(shown, "xdp_xmit"), peer.peerXmit(i), Long::sum);
                stats.merge(txName(shown, "xdp_xmit_errors"), peer.peerXmitErrors(i), Long::sum);
            }
        }
        return stats;
    }

    private static void putRxQueue(Map<String, Long> stats, VethRq rq) {
        RxQueue queue = rq.queue();
        String prefix = "rx_queue_" + queue.queueIndex() + "_";
        stats.put(prefix + "xdp_packets", queue.packets());
        stats.put(prefix + "xdp_bytes", rq.bytes());
        stats.put(prefix + "drops", queue.drops());
        stats.put(prefix + "xdp_redirect", queue.xdpRedirect());
        stats.put(prefix + "xdp_drops", queue.xdpDrop() + queue.xdpAborted());
        stats.put(prefix + "xdp_tx", queue.xdpTx());
        stats.put(prefix + "xdp_tx_errors", queue.xdpTxErrors());
    }

    private static String txName(int queue, String counter) {
        return "tx_queue_" + queue + "_" + counter;
    }

    static LinkStats link(VethDevice device, @Nullable VethDevice peer) {
        Received own = Received.by(device);
        Sent ownSent = Sent.by(device);
        Received others = peer == null ? Received.NONE : Received.by(peer);
        Sent othersSent = peer == null ? Sent.NONE : Sent.by(peer);
        return new LinkStats(
                own.packets + othersSent.packets,
                own.bytes + othersSent.bytes,
                ownSent.packets + others.packets,
                ownSent.bytes + others.bytes,
                own.drops + own.unforwardable + own.peerXmitErrors + others.xdpTxErrors,
                ownSent.dropped + own.xdpTxErrors + others.peerXmitErrors);
    }

    /// Sums over the receive queues (`veth_stats_rx`).
    private record Received(
            long packets,
            long bytes,
            long drops,
            long xdpTxErrors,
            long peerXmitErrors,
            long unforwardable) {
        static final Received NONE = new Received(0, 0, 0, 0, 0, 0);

        static Received by(VethDevice device) {
            List<VethRq> rqs = device.rqs();
            return new Received(
                    rqs.stream().mapToLong(rq -> rq.queue().packets()).sum(),
                    rqs.stream().mapToLong(VethRq::bytes).sum(),
                    rqs.stream().mapToLong(rq -> rq.queue().drops()).sum(),
                    rqs.stream().mapToLong(rq -> rq.queue().xdpTxErrors()).sum(),
                    rqs.stream()
                            .mapToLong(rq -> device.peerXmitErrors(rq.queue().queueIndex()))
                            .sum(),
                    device.unforwardable());
        }
    }

    /// Sums over what went to the other host side without NAPI (`veth_stats_tx`), and the drops.
    private record Sent(long packets, long bytes, long dropped) {
        static final Sent NONE = new Sent(0, 0, 0);

        static Sent by(VethDevice device) {
            List<TxQueue> queues = device.txQueues();
            return new Sent(
                    queues.stream().mapToLong(TxQueue::packets).sum(),
                    queues.stream().mapToLong(TxQueue::bytes).sum(),
                    queues.stream().mapToLong(TxQueue::dropped).sum());
        }
    }
}
