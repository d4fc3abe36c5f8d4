package io.xdp4j.veth;

/// What one end of a pair starts with.
///
/// @param name device name
/// @param mtu payload bytes
/// @param mac MAC address in the low 48 bits, 0 for one made of the interface index
/// @param rxQueues receive queues in use
/// @param txQueues transmit queues in use
/// @param maxRxQueues receive queues made (`numrxqueues`)
/// @param maxTxQueues transmit queues made (`numtxqueues`)
/// @param gro whether queues have NAPI without a program
/// @param fidelity that of the pair
/// @param qdisc frames that wait on each worker while the peer's ring is full, 0 for none
/// @param firstWorker index of the worker of receive queue 0
record VethEnd(
        String name,
        int mtu,
        long mac,
        int rxQueues,
        int txQueues,
        int maxRxQueues,
        int maxTxQueues,
        boolean gro,
        VethFidelity fidelity,
        int qdisc,
        int firstWorker) {}
