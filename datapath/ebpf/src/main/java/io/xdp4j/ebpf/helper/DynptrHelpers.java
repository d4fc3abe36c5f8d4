package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_ALLOC_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.DYNPTR;
import static io.xdp4j.ebpf.helper.ArgType.DYNPTR_UNINIT;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.RetType.DYNPTR_MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Memory with a checked length.///
/// Kernel: kernel/bpf/helpers.c.
final class DynptrHelpers {
    private DynptrHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                197,
                                "dynptr_from_mem",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING,
                                DYNPTR_UNINIT)
                        .does(DynptrHelpers::fromMemory),
                HelperProto.of(
                                201,
                                "dynptr_read",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                DYNPTR,
                                ANYTHING,
                                ANYTHING)
                        .does(DynptrHelpers::read),
                HelperProto.of(
                                202,
                                "dynptr_write",
                                INTEGER,
                                DYNPTR,
                                ANYTHING,
                                MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .does(DynptrHelpers::write),
                HelperProto.of(
                                203,
                                "dynptr_data",
                                DYNPTR_MEM_OR_NULL,
                                DYNPTR,
                                ANYTHING,
                                CONST_ALLOC_SIZE_OR_ZERO)
                        .does(DynptrHelpers::data));
    }

    static final int MAX_SIZE = (1 << 24) - 1;

    @HotPath
    static long fromMemory(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int size = (int) r2;
        if (Integer.compareUnsigned(size, MAX_SIZE) > 0 || r3 != 0) {
            Dynptr.clear(r4);
            return r3 != 0 && Integer.compareUnsigned(size, MAX_SIZE) <= 0
                    ? -Errno.EINVAL
                    : -Errno.E2BIG;
        }
        Dynptr.init(r4, r1, Dynptr.LOCAL, 0, size);
        return 0;
    }

    @HotPath
    static long read(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if (Dynptr.base(r3) == 0 || r5 != 0) {
            return -Errno.EINVAL;
        }
        long offset = r4 & 0xffff_ffffL;
        if (!Dynptr.covers(r3, offset, r2 & 0xffff_ffffL)) {
            return -Errno.E2BIG;
        }
        return copyOut(machine, r3, offset, r1, (int) r2);
    }

    @HotPath
    static long write(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if (Dynptr.base(r1) == 0 || Dynptr.isReadOnly(r1)) {
            return -Errno.EINVAL;
        }
        long offset = r2 & 0xffff_ffffL;
        if (!Dynptr.covers(r1, offset, r4 & 0xffff_ffffL)) {
            return -Errno.E2BIG;
        }
        return r5 != 0 ? -Errno.EINVAL : copyIn(machine, r1, offset, r3, (int) r4);
    }

    @HotPath
    static long data(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        long base = Dynptr.base(r1);
        long offset = r2 & 0xffff_ffffL;
        if (base == 0
                || Dynptr.isReadOnly(r1)
                || Dynptr.isPacket(r1)
                || !Dynptr.covers(r1, offset, r3 & 0xffff_ffffL)) {
            return 0;
        }
        return base + Dynptr.offset(r1) + offset;
    }

    /// Copies bytes it covers to `to`.
    @HotPath
    static long copyOut(BpfMachine machine, long dynptr, long offset, long to, int length) {
        long at = Dynptr.offset(dynptr) + offset;
        if (Dynptr.isPacket(dynptr)) {
            return PacketHelpers.copyOut(machine.xdp(), at, to, length);
        }
        RawMemory.move(Dynptr.base(dynptr) + at, to, length);
        return 0;
    }

    /// Copies bytes to where it covers them.
    @HotPath
    static long copyIn(BpfMachine machine, long dynptr, long offset, long from, int length) {
        long at = Dynptr.offset(dynptr) + offset;
        if (Dynptr.isPacket(dynptr)) {
            return PacketHelpers.copyIn(machine.xdp(), at, from, length);
        }
        RawMemory.move(from, Dynptr.base(dynptr) + at, length);
        return 0;
    }
}
