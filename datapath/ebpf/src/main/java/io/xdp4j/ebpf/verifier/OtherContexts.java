package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.verifier.ContextField.Parts;
import java.util.ArrayList;
import java.util.List;

/// Rules of the program types besides XDP.
///
/// Kernel: the `is_valid_access` functions of net/core/filter.c and kernel/bpf/cgroup.c; what each
/// field admits was asked of 6.18, access by access.
final class OtherContexts {
    private static final int ATTACH_CGROUP_EGRESS = 1;

    private OtherContexts() {}

    static ProgramTypeRules rules(ProgramType type, int attach) {
        ContextLayout layout = new ContextLayout(fields(type, attach));
        return switch (type) {
            case CGROUP_SKB -> {
                int max = attach == ATTACH_CGROUP_EGRESS ? 3 : 1;
                yield new ProgramTypeRules(type, attach, layout, 0, max, true);
            }
            case CGROUP_DEVICE -> new ProgramTypeRules(type, attach, layout, 0, 1, true);
            case CGROUP_SOCK, SOCK_OPS -> new ProgramTypeRules(type, attach, layout, 0, 1, true);
            case CGROUP_SOCK_ADDR -> {
                int min = SocketContexts.mustPermit(attach) ? 1 : 0;
                int max = SocketContexts.isBind(attach) ? 3 : 1;
                yield new ProgramTypeRules(type, attach, layout, min, max, true);
            }
            default -> new ProgramTypeRules(type, attach, layout, 0, 1, false);
        };
    }

    private static List<ContextField> fields(ProgramType type, int attach) {
        return switch (type) {
            case SCHED_CLS -> classifier();
            case SOCKET_FILTER -> socketFilter();
            case CGROUP_SKB -> cgroupSkb();
            case CGROUP_DEVICE -> cgroupDevice();
            case CGROUP_SOCK -> SocketContexts.cgroupSock(attach);
            case CGROUP_SOCK_ADDR -> SocketContexts.cgroupSockAddr(attach);
            case SOCK_OPS -> SocketContexts.sockOps();
            case SK_REUSEPORT -> SocketContexts.skReuseport();
            case XDP -> throw new IllegalArgumentException("XDP has rules of its own");
        };
    }

    private static List<ContextField> classifier() {
        List<ContextField> fields = new ArrayList<>();
        packetInfo(fields, true, true);
        fields.add(ContextField.word("queue_mapping", 12).writableWhole());
        fields.add(ContextField.word("tc_index", 44).writableWhole());
        fields.add(ContextField.word("tc_classid", 72).writableWhole());
        packet(fields);
        fields.add(ContextField.pointer("data_meta", 140, RegType.PACKET_META));
        fields.add(wide("tstamp", 152).andWritable());
        fields.add(ContextField.word("wire_len", 160));
        fields.add(
                new ContextField(
                        "tstamp_type", 180, 1, RegType.SCALAR, 0, Parts.NONE, false, false));
        fields.add(wide("hwtstamp", 184));
        return fields;
    }

    private static List<ContextField> socketFilter() {
        List<ContextField> fields = new ArrayList<>();
        packetInfo(fields, false, false);
        fields.add(ContextField.word("queue_mapping", 12));
        fields.add(ContextField.word("tc_index", 44));
        return fields;
    }

    private static List<ContextField> cgroupSkb() {
        List<ContextField> fields = new ArrayList<>();
        packetInfo(fields, true, true);
        fields.add(ContextField.word("queue_mapping", 12));
        fields.add(ContextField.word("tc_index", 44));
        packet(fields);
        fields.add(ContextField.word("family", 88));
        fields.add(ContextField.word("remote_ip4", 92).whole());
        fields.add(ContextField.word("local_ip4", 96).whole());
        for (int at = 100; at < 132; at += 4) {
            fields.add(ContextField.word(at < 116 ? "remote_ip6" : "local_ip6", at).whole());
        }
        fields.add(ContextField.word("remote_port", 132));
        fields.add(ContextField.word("local_port", 136));
        fields.add(wide("tstamp", 152).andWritable());
        fields.add(wide("hwtstamp", 184));
        return fields;
    }

    private static List<ContextField> cgroupDevice() {
        return List.of(
                ContextField.word("access_type", 0),
                ContextField.word("major", 4).whole(),
                ContextField.word("minor", 8).whole());
    }

    /// What all programs on a `__sk_buff` see.
    private static void packetInfo(List<ContextField> fields, boolean mark, boolean priority) {
        fields.add(ContextField.word("len", 0));
        fields.add(ContextField.word("pkt_type", 4));
        fields.add(markable("mark", 8, mark));
        fields.add(ContextField.word("protocol", 16));
        fields.add(ContextField.word("vlan_present", 20));
        fields.add(ContextField.word("vlan_tci", 24));
        fields.add(ContextField.word("vlan_proto", 28));
        fields.add(markable("priority", 32, priority));
        fields.add(ContextField.word("ingress_ifindex", 36));
        fields.add(ContextField.word("ifindex", 40));
        fields.add(new ContextField("cb", 48, 20, RegType.SCALAR, 0, Parts.ANY, true, true));
        fields.add(ContextField.word("hash", 68));
        fields.add(ContextField.word("napi_id", 84));
        fields.add(ContextField.word("gso_segs", 164));
        fields.add(
                new ContextField(
                        "sk",
                        168,
                        8,
                        RegType.SOCK_COMMON,
                        RegType.MAYBE_NULL,
                        Parts.NONE,
                        false,
                        false));
        fields.add(ContextField.word("gso_size", 176));
    }

    private static void packet(List<ContextField> fields) {
        fields.add(ContextField.pointer("data", 76, RegType.PACKET));
        fields.add(ContextField.pointer("data_end", 80, RegType.PACKET_END));
    }

    private static ContextField markable(String name, int at, boolean writable) {
        ContextField field = ContextField.word(name, at);
        return writable ? field.writableWhole() : field;
    }

    private static ContextField wide(String name, int at) {
        return new ContextField(name, at, 8, RegType.SCALAR, 0, Parts.NONE, false, false);
    }
}
