package io.xdp4j.core.program;

import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// What the last redirect helper of a run asked for; one record a worker.
///
/// Reset before each run. The last call wins; a miss clears it, bad flags leave it alone.
///
/// Thread: its worker.
/// Kernel: `struct bpf_redirect_info`.
@HotPath
public final class RedirectInfo {
    /// Map id that tracepoints show for a plain redirect (`INT_MAX`).
    public static final int NO_MAP = Integer.MAX_VALUE;

    // What was asked for: numbers, as storing a reference costs a barrier for each frame.
    public static final int NONE = 0;
    public static final int IFINDEX = 1;
    public static final int TARGET = 2;
    public static final int BROADCAST = 3;

    private static final long MISS_ACTION_MASK = 3;

    private int kind = NONE;
    private int ifindex;
    private int key;
    private int mapId;
    private boolean excludeIngress;
    private @Nullable RedirectMap map;
    private @Nullable RedirectTarget target;

    public void reset() {
        if (kind != NONE) {
            kind = NONE;
        }
    }

    int redirect(int toIfindex, long flags) {
        if (flags != 0) {
            return XdpAction.XDP_ABORTED; // an earlier call's record stays
        }
        kind = IFINDEX;
        ifindex = toIfindex;
        mapId = NO_MAP;
        return XdpAction.XDP_REDIRECT;
    }

    @SuppressWarnings("ReferenceEquality") // whether a store can be saved
    int redirectMap(RedirectMap to, int toKey, long flags) {
        if ((flags & ~(MISS_ACTION_MASK | to.redirectFlags())) != 0) {
            return XdpAction.XDP_ABORTED; // here too
        }
        mapId = to.id();
        key = toKey;
        if ((flags & RedirectMap.BROADCAST) != 0) {
            kind = BROADCAST;
            map = to;
            excludeIngress = (flags & RedirectMap.EXCLUDE_INGRESS) != 0;
            return XdpAction.XDP_REDIRECT;
        }
        RedirectTarget found = to.lookup(toKey);
        if (target != found) {
            target = found;
        }
        if (found == null) {
            // As if bpf_redirect had been called for no device.
            kind = IFINDEX;
            ifindex = 0;
            mapId = NO_MAP;
            return (int) (flags & MISS_ACTION_MASK);
        }
        kind = TARGET;
        return XdpAction.XDP_REDIRECT;
    }

    /// [#NONE], [#IFINDEX], [#TARGET] or [#BROADCAST].
    public int kind() {
        return kind;
    }

    public int ifindex() {
        return ifindex;
    }

    public int mapIndex() {
        return kind == TARGET || kind == BROADCAST ? key : 0;
    }

    /// The map's id, [#NO_MAP] for a plain redirect, 0 without a call.
    public int mapId() {
        return kind == NONE ? 0 : mapId;
    }

    public boolean excludeIngress() {
        return excludeIngress;
    }

    /// The map of a broadcast.
    public @Nullable RedirectMap map() {
        return map;
    }

    public @Nullable RedirectTarget target() {
        return target;
    }
}
