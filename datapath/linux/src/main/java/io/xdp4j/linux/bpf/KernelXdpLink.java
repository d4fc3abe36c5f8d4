package io.xdp4j.linux.bpf;

import io.xdp4j.linux.Fd;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// XDP programs attached to interfaces by a BPF link.
///
/// The link's descriptor holds the attachment: the kernel detaches the program when the last one is
/// closed, however the process ends.
///
/// - Thread: any. An interface index means the network namespace of the calling thread.
/// - Owns: nothing; [#attach]'s descriptor is closed with [Fd#close].
/// - Fails: `-errno`, never by exception.
/// - Kernel: `BPF_LINK_CREATE`, Linux 5.9.
///
/// @param id id of the link
/// @param programId id of its program
/// @param ifindex the interface, 0 when it is gone
public record KernelXdpLink(int id, int programId, int ifindex) {
    /// Attach in the generic way, with frames in socket buffers.
    public static final int XDP_FLAGS_SKB_MODE = 1 << 1;

    /// Attach in the driver.
    public static final int XDP_FLAGS_DRV_MODE = 1 << 2;

    private static final int LINK_CREATE = 28;
    private static final int LINK_GET_FD_BY_ID = 30;
    private static final int LINK_GET_NEXT_ID = 31;
    private static final int BPF_XDP = 37;
    private static final int BPF_LINK_TYPE_XDP = 6;

    private static final int INFO_BYTES = 64;
    private static final int INFO_ID = 4;
    private static final int INFO_PROG_ID = 8;
    private static final int INFO_IFINDEX = 16;

    /// Attaches a program: the link's descriptor, or `-errno`.
    ///
    /// @param flags [#XDP_FLAGS_SKB_MODE] or [#XDP_FLAGS_DRV_MODE]
    public static int attach(int program, int ifindex, int flags) {
        try (BpfAttr attr = new BpfAttr()) {
            attr.u32(0, program).u32(4, ifindex).u32(8, BPF_XDP).u32(12, flags);
            return KernelBpf.call(LINK_CREATE, attr);
        }
    }

    /// All XDP links that this process may see, of any namespace; empty without `CAP_SYS_ADMIN`.
    public static List<KernelXdpLink> list() {
        List<KernelXdpLink> links = new ArrayList<>();
        int id = 0;
        while ((id = nextId(id)) > 0) {
            int fd = open(id);
            if (fd >= 0) {
                read(fd, links);
                Fd.close(fd);
            }
        }
        return links;
    }

    private static int nextId(int id) {
        try (BpfAttr attr = new BpfAttr()) {
            int result = KernelBpf.call(LINK_GET_NEXT_ID, attr.u32(0, id));
            return result < 0 ? result : attr.u32(4);
        }
    }

    private static int open(int id) {
        try (BpfAttr attr = new BpfAttr()) {
            return KernelBpf.call(LINK_GET_FD_BY_ID, attr.u32(0, id));
        }
    }

    private static void read(int fd, List<KernelXdpLink> into) {
        try (BpfAttr attr = new BpfAttr()) {
            MemorySegment info = attr.u32(0, fd).u32(4, INFO_BYTES).buffer(8, INFO_BYTES);
            int result = KernelBpf.call(KernelProgramInfo.OBJ_GET_INFO_BY_FD, attr);
            if (result == 0 && info.get(ValueLayout.JAVA_INT, 0) == BPF_LINK_TYPE_XDP) {
                into.add(
                        new KernelXdpLink(
                                info.get(ValueLayout.JAVA_INT, INFO_ID),
                                info.get(ValueLayout.JAVA_INT, INFO_PROG_ID),
                                info.get(ValueLayout.JAVA_INT, INFO_IFINDEX)));
            }
        }
    }
}
