package io.xdp4j.programs.bridge;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// A port's VLAN rules in the form the hot path wants: access and trunk are the same to it.
///
/// Thread: any; immutable.
/// Owns: nothing.
/// Fails: by its answers.
/// Kernel: `br_allowed_ingress`, `br_handle_vlan`.
final class PortVlans {
    /// The port does not take the frame.
    static final int REFUSED = -1;

    /// The frame is too short for its tag.
    static final int MALFORMED = -2;

    private static final int VID_MASK = 0xfff;

    /// One bit a VLAN of the port; null on a switch that does not look at tags.
    private final long @Nullable [] members;

    /// The VLAN of untagged frames, [#REFUSED] when there is none.
    private final int untagged;

    private PortVlans(long @Nullable [] members, int untagged) {
        this.members = members;
        this.untagged = untagged;
    }

    static PortVlans of(PortVlan vlan) {
        return switch (vlan) {
            case PortVlan.Plain plain -> new PortVlans(null, 0);
            case PortVlan.Access access ->
                    new PortVlans(VlanSet.of(access.pvid()).toBitmap(), access.pvid());
            case PortVlan.Trunk trunk when trunk.nativeVlan() == PortVlan.Trunk.NO_NATIVE ->
                    new PortVlans(trunk.allowed().toBitmap(), REFUSED);
            case PortVlan.Trunk trunk ->
                    new PortVlans(
                            trunk.allowed().union(VlanSet.of(trunk.nativeVlan())).toBitmap(),
                            trunk.nativeVlan());
        };
    }

    /// True when the port sends and takes frames of a VLAN.
    @HotPath
    boolean contains(int vid) {
        long[] bitmap = members;
        return bitmap == null || ((bitmap[vid >>> 6] >>> vid) & 1) != 0;
    }

    /// The VLAN of a received frame of at least an Ethernet header, 0 where tags do not count;
    /// otherwise [#REFUSED] or [#MALFORMED].
    @HotPath
    int classify(long data, long dataEnd) {
        if (members == null) {
            return 0;
        }
        if (!VlanTag.isAt(data)) {
            return untagged;
        }
        if (data + VlanTag.TAGGED_HLEN > dataEnd) {
            return MALFORMED;
        }
        int vid = VlanTag.tci(data) & VID_MASK;
        if (vid == 0) {
            return untagged;
        }
        return contains(vid) ? vid : REFUSED;
    }

    /// Brings a frame into the form in which the port sends its VLAN. False when there is no
    /// headroom for the tag; the frame is then as it was.
    @HotPath
    boolean shape(XdpFrame frame, int vid) {
        if (members == null) {
            return true;
        }
        boolean tagged = VlanTag.isAt(frame.data());
        if (vid == untagged) {
            if (tagged) {
                VlanTag.pop(frame);
            }
            return true;
        }
        if (tagged) {
            int tci = VlanTag.tci(frame.data());
            RawMemory.putShortBe(frame.data() + VlanTag.TCI_AT, (tci & ~VID_MASK) | vid);
            return true;
        }
        return VlanTag.push(frame, vid);
    }
}
