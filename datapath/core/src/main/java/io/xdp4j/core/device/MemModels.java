package io.xdp4j.core.device;

import io.xdp4j.core.frame.XdpMemIds;
import io.xdp4j.core.frame.XdpMemInfo;
import io.xdp4j.core.frame.XdpMemType;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;

/// Gives receive queues their memory models as a device comes up, and takes them back.
///
/// Thread: control threads.
/// Kernel: `xdp_rxq_info_reg_mem_model`, `xdp_unreg_mem_model`.
final class MemModels {
    private final Datapath datapath;
    private final XdpMemIds ids = new XdpMemIds();

    MemModels(Datapath datapath) {
        this.datapath = datapath;
    }

    /// A model without a stock has no id and leaves no trace, as in the kernel.
    void connect(RxQueue queue, XdpMemType type) {
        if (type == XdpMemType.PAGE_SHARED || type == XdpMemType.PAGE_ORDER0) {
            queue.setMem(new XdpMemInfo(type, 0));
            return;
        }
        int id = ids.take();
        queue.setMem(new XdpMemInfo(type, id));
        TraceListener trace = datapath.tracepoints().listener(Tracepoint.MEM_CONNECT);
        if (trace != null) {
            trace.memConnect(id, type.name(), allocator(), queue.ifindex());
        }
    }

    void disconnect(RxQueue queue) {
        XdpMemInfo model = queue.mem();
        if (model.id() == 0) {
            return;
        }
        queue.setMem(XdpMemInfo.SHARED);
        ids.release(model.id());
        TraceListener trace = datapath.tracepoints().listener(Tracepoint.MEM_DISCONNECT);
        if (trace != null) {
            trace.memDisconnect(model.id(), model.type().name(), allocator());
        }
    }

    /// All stocks are fronts of the one pool.
    private long allocator() {
        return datapath.pool().memoryAddress();
    }
}
