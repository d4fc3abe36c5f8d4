package io.xdp4j.core.device;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.program.RedirectInfo;
import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.HotPath;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// Carries out what a program's redirect call asked for.
///
/// Kernel: `xdp_do_redirect`.
public final class Redirector {
    public static final int EINVAL = 22;
    public static final int EBADRQC = 56;
    public static final int EOVERFLOW = 75;
    public static final int EOPNOTSUPP = 95;
    public static final int EMSGSIZE = 90;
    public static final int ENETDOWN = 100;
    public static final int ENXIO = 6;
    public static final int ENOSPC = 28;
    public static final int ENOMEM = 12;
    public static final int ENOBUFS = 105;

    /// Devices by interface index; filled by the datapath.
    private final ConcurrentMap<Integer, RedirectTarget> devices = new ConcurrentHashMap<>();

    /// The same for interface indexes below its length, so that the hot path boxes nothing.
    private volatile @Nullable RedirectTarget[] direct = new RedirectTarget[0];

    private static final int DIRECT_LIMIT = 1 << 16;

    Redirector() {}

    /// Makes a device reachable for `bpf_redirect`; null takes it away. Thread: any.
    public synchronized void setDevice(int ifindex, @Nullable RedirectTarget target) {
        if (ifindex >= DIRECT_LIMIT) {
            if (target == null) {
                devices.remove(ifindex);
            } else {
                devices.put(ifindex, target);
            }
            return;
        }
        @Nullable RedirectTarget[] grown =
                Arrays.copyOf(direct, Math.max(direct.length, ifindex + 1));
        grown[ifindex] = target;
        direct = grown;
    }

    private @Nullable RedirectTarget device(int ifindex) {
        @Nullable RedirectTarget[] known = direct;
        if (ifindex >= 0 && ifindex < known.length) {
            return known[ifindex];
        }
        return ifindex < DIRECT_LIMIT ? null : devices.get(ifindex);
    }

    /// Sends the frame where the worker's redirect record says.
    ///
    /// Thread: the worker.
    /// Owns: takes the frame on 0; on an error the caller keeps it.
    /// Fails: a negative errno, which also goes to `xdp_redirect_err`.
    @HotPath
    public int redirect(Worker worker, XdpFrame frame, XdpRxqInfo ingress, int progId) {
        RedirectInfo info = worker.xdp().redirectInfo();
        RedirectTarget target = null;
        int error;
        if (frame.headroom() < frame.metaLength()) {
            error = -EOVERFLOW;
        } else {
            switch (info.kind()) {
                case RedirectInfo.TARGET -> {
                    target = info.target();
                    error = send(worker, frame, ingress, target);
                }
                case RedirectInfo.IFINDEX -> {
                    target = device(info.ifindex());
                    error = send(worker, frame, ingress, target);
                }
                case RedirectInfo.BROADCAST -> error = broadcast(worker, frame, ingress, info);
                default -> error = -EBADRQC;
            }
        }
        TraceListener trace =
                error == 0 ? worker.traceRedirects() : worker.trace(Tracepoint.XDP_REDIRECT_ERR);
        if (trace != null) {
            trace(trace, info, ingress.ifindex(), toIfindex(info, target), progId, error);
        }
        return error;
    }

    private static int send(
            Worker worker, XdpFrame frame, XdpRxqInfo ingress, @Nullable RedirectTarget target) {
        return target == null ? -EINVAL : target.redirect(frame, ingress, worker.index());
    }

    private static int broadcast(
            Worker worker, XdpFrame frame, XdpRxqInfo ingress, RedirectInfo info) {
        RedirectMap map = info.map();
        return map == null
                ? -EBADRQC
                : map.broadcast(frame, ingress, worker.index(), info.excludeIngress());
    }

    /// Of a plain redirect the index that was asked for, be there a device or not.
    private static int toIfindex(RedirectInfo info, @Nullable RedirectTarget target) {
        if (info.mapId() == RedirectInfo.NO_MAP) {
            return info.ifindex();
        }
        return target == null ? 0 : target.ifindex();
    }

    private static void trace(
            TraceListener trace, RedirectInfo info, int from, int to, int progId, int error) {
        if (error == 0) {
            trace.xdpRedirect(progId, from, to, info.mapId(), info.mapIndex());
        } else {
            trace.xdpRedirectErr(progId, from, to, error, info.mapId(), info.mapIndex());
        }
    }

    /// The ledger's reason for the error of a frame's redirect: a device that does not support an
    /// ordinary frame has nobody to hand it to.
    @HotPath
    static DropReason reason(XdpFrame frame, int error) {
        return error == -EOPNOTSUPP && !frame.hasFrags() && !frame.isGso()
                ? DropReason.PEER_WITHOUT_NAPI
                : reasonOf(error);
    }

    /// The same without knowing the frame.
    public static DropReason reasonOf(int error) {
        return switch (-error) {
            case ENETDOWN -> DropReason.REDIRECT_DEVICE_DOWN;
            case EMSGSIZE -> DropReason.REDIRECT_TOO_LONG;
            case EOPNOTSUPP -> DropReason.REDIRECT_UNSUPPORTED;
            case EOVERFLOW -> DropReason.REDIRECT_NO_HEADROOM;
            case ENOSPC -> DropReason.XSK_TOO_LONG;
            case ENOMEM -> DropReason.XSK_FILL_EMPTY;
            case ENOBUFS -> DropReason.XSK_RING_FULL;
            default -> DropReason.REDIRECT_NO_TARGET;
        };
    }
}
