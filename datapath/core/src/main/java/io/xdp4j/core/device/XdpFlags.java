package io.xdp4j.core.device;

/// Flags of an attachment, as netlink and `bpf_xdp_attach` have them.
///
/// Kernel: `XDP_FLAGS_*`, include/uapi/linux/if_link.h.
public final class XdpFlags {
    /// Only if no program is there.
    public static final int UPDATE_IF_NOEXIST = 1;

    /// Generic: past the driver.
    public static final int SKB_MODE = 2;

    /// Native: in the driver; what no mode flag means.
    public static final int DRV_MODE = 4;

    /// On the hardware, which no device here can.
    public static final int HW_MODE = 8;

    /// Only if the expected program is there.
    public static final int REPLACE = 16;

    static final int MODES = SKB_MODE | DRV_MODE | HW_MODE;
    static final int ALL = MODES | UPDATE_IF_NOEXIST | REPLACE;

    private XdpFlags() {}
}
