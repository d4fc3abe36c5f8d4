package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RET_NULL;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.XdpMd;
import java.util.List;
import java.util.Set;

/// Dynptrs to packets, and what may be done with any.
final class DynptrKfuncs {
    private DynptrKfuncs() {}

    static List<KfuncProto> protos() {
        return List.of(
                KfuncProto.parse(
                                "int bpf_dynptr_from_xdp(xdp_md *x, u64 flags, bpf_dynptr *ptr__uninit)")
                        .on(Set.of(XDP))
                        .does(DynptrKfuncs::fromXdp),
                KfuncProto.parse(
                                "void *bpf_dynptr_slice(const bpf_dynptr *p, u32 offset, void *buffer__opt, u32 buffer__szk)",
                                RET_NULL)
                        .does(DynptrKfuncs::slice),
                KfuncProto.parse(
                                "void *bpf_dynptr_slice_rdwr(const bpf_dynptr *p, u32 offset, void *buffer__opt, u32 buffer__szk)",
                                RET_NULL)
                        .does(DynptrKfuncs::sliceRdwr),
                KfuncProto.parse("int bpf_dynptr_adjust(const bpf_dynptr *p, u32 start, u32 end)")
                        .does(DynptrKfuncs::adjust),
                KfuncProto.parse("bool bpf_dynptr_is_null(const bpf_dynptr *p)")
                        .does(DynptrKfuncs::isNull),
                KfuncProto.parse("bool bpf_dynptr_is_rdonly(const bpf_dynptr *p)")
                        .does(DynptrKfuncs::isRdonly),
                KfuncProto.parse("u32 bpf_dynptr_size(const bpf_dynptr *p)")
                        .does(DynptrKfuncs::size),
                KfuncProto.parse(
                                "int bpf_dynptr_clone(const bpf_dynptr *p, bpf_dynptr *clone__uninit)")
                        .does(DynptrKfuncs::clone),
                KfuncProto.parse(
                                "int bpf_dynptr_copy(bpf_dynptr *dst_ptr, u32 dst_off, bpf_dynptr *src_ptr, u32 src_off, u32 size)")
                        .does(DynptrKfuncs::copy),
                KfuncProto.parse(
                                "int bpf_dynptr_memset(bpf_dynptr *p, u32 offset, u32 size, u8 val)")
                        .does(DynptrKfuncs::memset));
    }

    @HotPath
    static long fromXdp(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if (r2 != 0) {
            Dynptr.clear(r3);
            return -Errno.EINVAL;
        }
        Dynptr.init(r3, BpfMachine.CTX_HANDLE, Dynptr.XDP, 0, machine.xdp().totalLength());
        return 0;
    }

    @HotPath
    static long slice(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        long base = Dynptr.base(r1);
        long offset = r2 & 0xffff_ffffL;
        int length = (int) r4;
        if (base == 0 || !Dynptr.covers(r1, offset, r4 & 0xffff_ffffL)) {
            return 0;
        }
        if (!Dynptr.isPacket(r1)) {
            return base + Dynptr.offset(r1) + offset;
        }
        return packetSlice(machine.xdp(), Dynptr.offset(r1) + offset, r3, length);
    }

    @HotPath
    static long sliceRdwr(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return Dynptr.isReadOnly(r1) ? 0 : slice(machine, r1, r2, r3, r4, r5);
    }

    /// The bytes in the packet, or a copy in the buffer when they lie in several chunks.
    private static long packetSlice(XdpMd xdp, long offset, long buffer, int length) {
        if (offset + length > xdp.totalLength()) {
            return 0;
        }
        long address = xdp.contiguous((int) offset, length);
        if (address != 0 || buffer == 0) {
            return address;
        }
        return PacketHelpers.copyOut(xdp, offset, buffer, length) == 0 ? buffer : 0;
    }

    @HotPath
    static long adjust(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int start = (int) r2;
        int end = (int) r3;
        if (Dynptr.base(r1) == 0 || Integer.compareUnsigned(start, end) > 0) {
            return -Errno.EINVAL;
        }
        if (Integer.compareUnsigned(end, Dynptr.size(r1)) > 0) {
            return -Errno.ERANGE;
        }
        Dynptr.resize(r1, Dynptr.offset(r1) + start, end - start);
        return 0;
    }

    @HotPath
    static long isNull(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return Dynptr.base(r1) == 0 ? 1 : 0;
    }

    @HotPath
    static long isRdonly(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return Dynptr.base(r1) != 0 && Dynptr.isReadOnly(r1) ? 1 : 0;
    }

    @HotPath
    static long size(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return Dynptr.base(r1) == 0 ? -Errno.EINVAL & 0xffff_ffffL : Dynptr.size(r1);
    }

    @HotPath
    static long clone(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if (Dynptr.base(r1) == 0) {
            Dynptr.clear(r2);
            return -Errno.EINVAL;
        }
        RawMemory.copy(r1, r2, Dynptr.BYTES);
        return 0;
    }

    @HotPath
    static long copy(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        long to = r2 & 0xffff_ffffL;
        long from = r4 & 0xffff_ffffL;
        long size = r5 & 0xffff_ffffL;
        if (Dynptr.base(r1) == 0 || Dynptr.base(r3) == 0 || Dynptr.isReadOnly(r1)) {
            return -Errno.EINVAL;
        }
        if (!Dynptr.covers(r1, to, size) || !Dynptr.covers(r3, from, size)) {
            return -Errno.E2BIG;
        }
        long target = slice(machine, r1, to, 0, size, 0);
        long source = slice(machine, r3, from, 0, size, 0);
        if (target != 0 && source != 0) {
            RawMemory.move(source, target, (int) size);
            return 0;
        }
        return copyInPieces(machine, r1, to, r3, from, (int) size);
    }

    private static long copyInPieces(
            BpfMachine machine, long target, long to, long source, long from, int size) {
        long piece = machine.scratch();
        long error = 0;
        for (int done = 0; done < size && error == 0; ) {
            int length = Math.min(BpfMachine.STACK_FRAME_BYTES, size - done);
            error = DynptrHelpers.copyOut(machine, source, from + done, piece, length);
            if (error == 0) {
                error = DynptrHelpers.copyIn(machine, target, to + done, piece, length);
            }
            done += length;
        }
        return error;
    }

    @HotPath
    static long memset(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        long offset = r2 & 0xffff_ffffL;
        long size = r3 & 0xffff_ffffL;
        if (Dynptr.base(r1) == 0 || Dynptr.isReadOnly(r1)) {
            return -Errno.EINVAL;
        }
        if (!Dynptr.covers(r1, offset, size)) {
            return -Errno.E2BIG;
        }
        long target = slice(machine, r1, offset, 0, size, 0);
        if (target != 0) {
            fill(target, (int) size, (int) r4);
            return 0;
        }
        long piece = machine.scratch();
        fill(piece, BpfMachine.STACK_FRAME_BYTES, (int) r4);
        long error = 0;
        for (int done = 0; done < size && error == 0; done += BpfMachine.STACK_FRAME_BYTES) {
            int length = (int) Math.min(BpfMachine.STACK_FRAME_BYTES, size - done);
            error = DynptrHelpers.copyIn(machine, r1, offset + done, piece, length);
        }
        return error;
    }

    private static void fill(long address, int length, int value) {
        for (int i = 0; i < length; i++) {
            RawMemory.putByte(address + i, value);
        }
    }
}
