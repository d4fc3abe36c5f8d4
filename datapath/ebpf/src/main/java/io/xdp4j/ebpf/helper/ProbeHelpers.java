package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Reads of memory by address.///
/// Kernel: kernel/trace/bpf_trace.c; what may be read is what the program could read itself.
final class ProbeHelpers {
    /// First address that is no user's, a guard page included.
    private static final long USER_END = 0x8000_0000_0000L;

    private ProbeHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                112,
                                "probe_read_user",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(GPL_ONLY)
                        .does(ProbeHelpers::readUser),
                HelperProto.of(
                                113,
                                "probe_read_kernel",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(GPL_ONLY)
                        .does(ProbeHelpers::readKernel),
                HelperProto.of(
                                114,
                                "probe_read_user_str",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(GPL_ONLY)
                        .does(ProbeHelpers::readUserString),
                HelperProto.of(
                                115,
                                "probe_read_kernel_str",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(GPL_ONLY)
                        .does(ProbeHelpers::readKernelString));
    }

    /// There is no user memory.
    @HotPath
    static long readUser(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        RawMemory.zero(r1, (int) r2);
        return r2 == 0 ? 0 : -Errno.EFAULT;
    }

    /// There is no user memory.
    @HotPath
    static long readUserString(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        RawMemory.zero(r1, (int) r2);
        return r2 == 0 ? 0 : -Errno.EFAULT;
    }

    @HotPath
    static long readKernel(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int size = (int) r2;
        if (size == 0) {
            return 0;
        }
        if (!machine.isLive(r3, size)) {
            RawMemory.zero(r1, size);
            return unreadable(r3);
        }
        RawMemory.move(r3, r1, size);
        return 0;
    }

    @HotPath
    static long readKernelString(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int size = (int) r2;
        for (int i = 0; i < size; i++) {
            if (!machine.isLive(r3 + i, 1)) {
                RawMemory.zero(r1, size);
                return unreadable(r3);
            }
            int c = RawMemory.u8(r3 + i);
            RawMemory.putByte(r1 + i, i == size - 1 ? 0 : c);
            if (c == 0) {
                return i + 1L;
            }
        }
        return size;
    }

    /// The kernel tells addresses of users from those of nobody.
    private static long unreadable(long address) {
        return address >= 0 && address < USER_END ? -Errno.ERANGE : -Errno.EFAULT;
    }
}
