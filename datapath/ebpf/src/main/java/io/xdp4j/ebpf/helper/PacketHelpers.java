package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CTX;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.CHANGES_PACKET;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.TAIL_CALL;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.helper.RetType.VOID;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.XdpMd;
import java.util.List;
import java.util.Set;

/// The XDP packet, its room, and where it goes.///
/// Kernel: net/core/filter.c.
final class PacketHelpers {
    private PacketHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(12, "tail_call", VOID, CTX, CONST_MAP_PTR, ANYTHING)
                        .with(CHANGES_PACKET, TAIL_CALL),
                HelperProto.of(23, "redirect", INTEGER, ANYTHING, ANYTHING)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketHelpers::redirect),
                HelperProto.of(44, "xdp_adjust_head", INTEGER, CTX, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(XDP))
                        .does(PacketHelpers::adjustHead),
                HelperProto.of(51, "redirect_map", INTEGER, CONST_MAP_PTR, ANYTHING, ANYTHING)
                        .on(Set.of(XDP))
                        .does(PacketHelpers::redirectMap),
                HelperProto.of(54, "xdp_adjust_meta", INTEGER, CTX, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(XDP))
                        .does(PacketHelpers::adjustMeta),
                HelperProto.of(65, "xdp_adjust_tail", INTEGER, CTX, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(XDP))
                        .does(PacketHelpers::adjustTail),
                HelperProto.of(188, "xdp_get_buff_len", INTEGER, CTX)
                        .on(Set.of(XDP))
                        .does(PacketHelpers::length),
                HelperProto.of(
                                189,
                                "xdp_load_bytes",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                UNINIT_MEM,
                                CONST_SIZE)
                        .on(Set.of(XDP))
                        .does(PacketHelpers::load),
                HelperProto.of(190, "xdp_store_bytes", INTEGER, CTX, ANYTHING, MEM, CONST_SIZE)
                        .on(Set.of(XDP))
                        .does(PacketHelpers::store));
    }

    private static final int MAX_OFFSET = 0xffff;

    @HotPath
    static long redirect(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.xdp().redirect((int) r1, r2);
    }

    @HotPath
    static long redirectMap(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().map(r1) instanceof RedirectMap map
                ? machine.xdp().redirectMap(map, (int) r2, r3)
                : 0;
    }

    @HotPath
    static long adjustHead(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.xdp().adjustHead((int) r2);
    }

    @HotPath
    static long adjustMeta(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.xdp().adjustMeta((int) r2);
    }

    @HotPath
    static long adjustTail(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.xdp().adjustTail((int) r2);
    }

    @HotPath
    static long length(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.xdp().totalLength();
    }

    @HotPath
    static long load(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return copyOut(machine.xdp(), r2, r3, r4);
    }

    @HotPath
    static long store(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return copyIn(machine.xdp(), r2, r3, r4);
    }

    /// Copies packet bytes to `to`: 0, -EFAULT for numbers no packet has, -EINVAL beyond its end.
    @HotPath
    static int copyOut(XdpMd xdp, long offset, long to, long length) {
        int error = check(xdp, offset, length);
        if (error != 0) {
            return error;
        }
        int from = (int) offset;
        int bytes = (int) length;
        long address = xdp.contiguous(from, bytes);
        if (address != 0) {
            RawMemory.copy(address, to, bytes);
            return 0;
        }
        for (int i = 0; i < bytes; i++) {
            RawMemory.putByte(to + i, RawMemory.u8(xdp.contiguous(from + i, 1)));
        }
        return 0;
    }

    /// Copies bytes into the packet; answers as [#copyOut].
    @HotPath
    static int copyIn(XdpMd xdp, long offset, long from, long length) {
        int error = check(xdp, offset, length);
        if (error != 0) {
            return error;
        }
        int to = (int) offset;
        int bytes = (int) length;
        long address = xdp.contiguous(to, bytes);
        if (address != 0) {
            RawMemory.copy(from, address, bytes);
            return 0;
        }
        for (int i = 0; i < bytes; i++) {
            RawMemory.putByte(xdp.contiguous(to + i, 1), RawMemory.u8(from + i));
        }
        return 0;
    }

    private static int check(XdpMd xdp, long offset, long length) {
        long at = offset & 0xffff_ffffL;
        long bytes = length & 0xffff_ffffL;
        if (at > MAX_OFFSET || bytes > MAX_OFFSET) {
            return -Errno.EFAULT;
        }
        return at + bytes > xdp.totalLength() ? -Errno.EINVAL : 0;
    }
}
