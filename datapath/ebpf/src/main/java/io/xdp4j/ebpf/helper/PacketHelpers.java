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

import java.util.List;
import java.util.Set;

/// The XDP packet, its room, and where it goes.
final class PacketHelpers {
    private PacketHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(12, "tail_call", VOID, CTX, CONST_MAP_PTR, ANYTHING)
                        .with(CHANGES_PACKET, TAIL_CALL),
                HelperProto.of(23, "redirect", INTEGER, ANYTHING, ANYTHING)
                        .on(Set.of(SCHED_CLS, XDP)),
                HelperProto.of(44, "xdp_adjust_head", INTEGER, CTX, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(XDP)),
                HelperProto.of(51, "redirect_map", INTEGER, CONST_MAP_PTR, ANYTHING, ANYTHING)
                        .on(Set.of(XDP)),
                HelperProto.of(54, "xdp_adjust_meta", INTEGER, CTX, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(XDP)),
                HelperProto.of(65, "xdp_adjust_tail", INTEGER, CTX, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(XDP)),
                HelperProto.of(188, "xdp_get_buff_len", INTEGER, CTX).on(Set.of(XDP)),
                HelperProto.of(
                                189,
                                "xdp_load_bytes",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                UNINIT_MEM,
                                CONST_SIZE)
                        .on(Set.of(XDP)),
                HelperProto.of(190, "xdp_store_bytes", INTEGER, CTX, ANYTHING, MEM, CONST_SIZE)
                        .on(Set.of(XDP)));
    }
}
