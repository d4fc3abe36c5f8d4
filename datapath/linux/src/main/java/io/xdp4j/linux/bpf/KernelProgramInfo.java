package io.xdp4j.linux.bpf;

import io.xdp4j.linux.Fd;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// A program that is loaded in the kernel.
///
/// - Thread: any.
/// - Fails: empty when there is no such program, or without `CAP_SYS_ADMIN`.
/// - Kernel: `struct bpf_prog_info`.
///
/// @param id id of the program
/// @param name up to 15 bytes; may be empty
/// @param uid the user who loaded it
public record KernelProgramInfo(int id, String name, int uid) {
    static final int OBJ_GET_INFO_BY_FD = 15;

    private static final int PROG_GET_FD_BY_ID = 13;
    private static final int INFO_BYTES = 128;
    private static final int INFO_UID = 48;
    private static final int INFO_NAME = 64;

    public static Optional<KernelProgramInfo> of(int id) {
        int fd = open(id);
        if (fd < 0) {
            return Optional.empty();
        }
        try (BpfAttr attr = new BpfAttr()) {
            MemorySegment info = attr.u32(0, fd).u32(4, INFO_BYTES).buffer(8, INFO_BYTES);
            if (KernelBpf.call(OBJ_GET_INFO_BY_FD, attr) < 0) {
                return Optional.empty();
            }
            return Optional.of(
                    new KernelProgramInfo(
                            id,
                            info.getString(INFO_NAME),
                            info.get(ValueLayout.JAVA_INT, INFO_UID)));
        } finally {
            Fd.close(fd);
        }
    }

    private static int open(int id) {
        try (BpfAttr attr = new BpfAttr()) {
            return KernelBpf.call(PROG_GET_FD_BY_ID, attr.u32(0, id));
        }
    }
}
