package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.XskSocket;
import io.xdp4j.afxdp.emulated.EmulatedXskSocket;
import io.xdp4j.afxdp.emulated.XskDomain;
import io.xdp4j.control.AttachMode;
import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.Macs;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.TargetOptions;
import io.xdp4j.tools.session.ToolSession;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// AF_XDP on a device of a datapath in the tool's process, as a file describes it. The program is an
/// eBPF object; the loop runs on the worker of its queue.
public final class EmulatedFace implements XskFace {
    private static final String OBJECT = "xdpsock.bpf.o";
    private static final String BY_QUEUE = "xsk_def_prog";
    private static final String IN_TURN = "xdp_sock_prog";

    private final ToolSession session;
    private final DeviceInfo device;
    private final boolean generic;
    private final boolean ownThread;
    private int queue;
    private boolean inTurn;
    private @Nullable SampleObject object;

    private EmulatedFace(ToolSession session, DeviceInfo device, XskMode mode, boolean ownThread) {
        this.session = session;
        this.device = device;
        this.generic = mode == XskMode.GENERIC;
        this.ownThread = ownThread;
    }

    /// Makes the datapath of a file.
    ///
    /// @param options of the tool; they name a file
    /// @param ownThread whether the loop has a thread of its own, as it needs to wait in poll(2)
    public static EmulatedFace open(
            TargetOptions options, String device, XskMode mode, boolean ownThread) {
        ToolSession session =
                ToolSession.own(options, "xdpsock", List.of(device), UnaryOperator.identity());
        try {
            return new EmulatedFace(session, session.device(device), mode, ownThread);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    @Override
    public String device() {
        return device.name();
    }

    @Override
    public int ifindex() {
        return device.ifindex();
    }

    @Override
    public byte[] mac() {
        return Macs.bytes(device);
    }

    @Override
    public String mode() {
        return generic ? "xdp-skb" : "xdp-drv";
    }

    private Datapath datapath() {
        return session.ownDatapath();
    }

    private NetDevice netDevice() {
        return datapath().device(device.name()).orElseThrow();
    }

    @Override
    public XskSocket socket() {
        return XskDomain.of(datapath()).open();
    }

    @Override
    public void bind(XskSocket socket, int to, int flags) {
        List<RxQueue> queues = netDevice().rxQueues();
        if (to < 0 || to >= queues.size()) {
            throw CommandException.usage(
                    "--queue: "
                            + to
                            + " (expected: 0.."
                            + (queues.size() - 1)
                            + ", the receive queues of "
                            + device.name()
                            + ")");
        }
        queue = to;
        socket.bind(ifindex(), to, flags);
    }

    @Override
    public void attach(int to, int sockets, boolean frags) {
        SampleObject loaded =
                session.load(
                        OBJECT,
                        request ->
                                request.withGlobal(
                                        "num_socks", SampleObject.bytes(sockets, Integer.BYTES)));
        String suffix = frags ? "_frags" : "";
        String wanted = (sockets == 1 ? BY_QUEUE : IN_TURN) + suffix;
        // The kernel's own object has one program only, which counts turns.
        ProgramInfo program = loaded.program(wanted, IN_TURN, IN_TURN + "_0");
        inTurn = !program.name().equals(BY_QUEUE + suffix);
        object = loaded;
        session.control()
                .attach(
                        AttachRequest.of(ifindex(), program.id())
                                .withMode(generic ? AttachMode.SKB : AttachMode.NATIVE));
    }

    @Override
    public void direct(int index, XskSocket socket) {
        SampleObject loaded = object;
        if (loaded != null) {
            loaded.put(
                    loaded.map("xsks_map"),
                    inTurn ? index : queue,
                    ((EmulatedXskSocket) socket).descriptor());
        }
    }

    @Override
    public XskRun start(XskLoop loop) {
        session.start();
        return ownThread
                ? ThreadRun.start(loop)
                : WorkerRun.start(loop, netDevice().rxQueues().get(queue).worker());
    }

    @Override
    public boolean isExhausted() {
        return session.isExhausted();
    }

    @Override
    public @Nullable Snapshot finish() {
        return session.drain();
    }

    @Override
    public void close() {
        session.close();
    }
}
