package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.verifier.ContextField.Parts;
import java.util.ArrayList;
import java.util.List;

/// Contexts of the program types that run at sockets, by attach point.
///
/// Kernel: `sock_filter_is_valid_access`, `sock_addr_is_valid_access`, `sock_ops_is_valid_access`,
/// `sk_reuseport_is_valid_access`.
final class SocketContexts {
    private static final int SOCK_CREATE = 2;
    private static final int POST_BIND4 = 12;
    private static final int POST_BIND6 = 13;
    private static final int SENDMSG4 = 14;
    private static final int SENDMSG6 = 15;
    private static final int SOCK_RELEASE = 34;

    private SocketContexts() {}

    /// The attach type, with what 0 stands for.
    static int attach(LinkedProgram program) {
        int told = program.expectedAttachType();
        return told == 0 && program.type() == ProgramType.CGROUP_SOCK ? SOCK_CREATE : told;
    }

    /// Hooks of IPv6: bind, connect, sendmsg, recvmsg, getpeername, getsockname.
    private static boolean isIpv6(int attach) {
        return switch (attach) {
            case 9, 11, 15, 20, 30, 32 -> true;
            default -> false;
        };
    }

    /// recvmsg, getpeername and getsockname, where a program must return 1.
    static boolean mustPermit(int attach) {
        return switch (attach) {
            case 19, 20, 29, 30, 31, 32 -> true;
            default -> false;
        };
    }

    /// Bind, where bit 1 of the result spares the check for a privileged port.
    static boolean isBind(int attach) {
        return attach == 8 || attach == 9;
    }

    static List<ContextField> cgroupSock(int attach) {
        boolean whole = attach == SOCK_CREATE || attach == SOCK_RELEASE;
        List<ContextField> fields = new ArrayList<>();
        for (ContextField field : SocketLayouts.SOCK) {
            boolean present =
                    switch (field.name()) {
                        case "bound_dev_if", "mark", "priority" -> whole;
                        case "src_ip4" -> attach == POST_BIND4;
                        case "src_ip6" -> attach == POST_BIND6;
                        case "src_port" -> attach == POST_BIND4 || attach == POST_BIND6;
                        default -> true;
                    };
            if (present) {
                boolean writable = field.offset() == 0 || field.name().equals("mark");
                writable |= field.name().equals("priority");
                fields.add(writable ? field.writableWhole() : field);
            }
        }
        return fields;
    }

    static List<ContextField> cgroupSockAddr(int attach) {
        List<ContextField> fields = new ArrayList<>();
        fields.add(ContextField.word("user_family", 0).whole());
        if (isIpv6(attach)) {
            address(fields, "user_ip6", 8);
        } else {
            fields.add(ContextField.word("user_ip4", 4).writableWhole());
        }
        fields.add(ContextField.word("user_port", 24).writableWhole());
        fields.add(ContextField.word("family", 28).whole());
        fields.add(ContextField.word("type", 32).whole());
        fields.add(ContextField.word("protocol", 36).whole());
        if (attach == SENDMSG4) {
            fields.add(ContextField.word("msg_src_ip4", 40).writableWhole());
        }
        if (attach == SENDMSG6) {
            address(fields, "msg_src_ip6", 44);
        }
        fields.add(ContextField.object("sk", 64, RegType.SOCKET, 0));
        return fields;
    }

    /// An IPv6 address, by words or by aligned double words.
    private static void address(List<ContextField> fields, String name, int offset) {
        for (int at = offset; at < offset + 16; at += 4) {
            fields.add(ContextField.word(name, at).writableWhole());
            if (at % 8 == 0 && at + 8 <= offset + 16) {
                fields.add(ContextField.number(name, at, 8, Parts.NONE).writableWhole());
            }
        }
    }

    static List<ContextField> sockOps() {
        List<ContextField> fields = new ArrayList<>();
        fields.add(ContextField.word("op", 0).whole());
        fields.add(ContextField.word("reply", 4).writableWhole().whole());
        for (int at = 8; at < 168; at += 4) {
            ContextField field = ContextField.word("word" + at, at).whole();
            fields.add(at == 164 ? field.writableWhole() : field); // sk_txhash
        }
        fields.add(ContextField.number("bytes_received", 168, 8, Parts.NONE));
        fields.add(ContextField.number("bytes_acked", 176, 8, Parts.NONE));
        fields.add(ContextField.object("sk", 184, RegType.SOCKET, RegType.MAYBE_NULL));
        fields.add(ContextField.object("skb_data", 192, RegType.PACKET, 0));
        fields.add(ContextField.object("skb_data_end", 200, RegType.PACKET_END, 0));
        fields.add(ContextField.word("skb_len", 208).whole());
        fields.add(ContextField.number("skb_tcp_flags", 212, 4, Parts.HEAD));
        fields.add(ContextField.number("skb_hwtstamp", 216, 8, Parts.NONE));
        return fields;
    }

    static List<ContextField> skReuseport() {
        return List.of(
                ContextField.object("data", 0, RegType.PACKET, 0),
                ContextField.object("data_end", 8, RegType.PACKET_END, 0),
                ContextField.word("len", 16),
                ContextField.word("eth_protocol", 20).whole(),
                ContextField.number("eth_protocol", 20, 2, Parts.NONE),
                ContextField.number("eth_protocol", 22, 2, Parts.NONE),
                ContextField.word("ip_protocol", 24),
                ContextField.word("bind_inany", 28),
                ContextField.word("hash", 32).whole(),
                ContextField.object("sk", 40, RegType.SOCKET, 0),
                ContextField.object("migrating_sk", 48, RegType.SOCK_COMMON, RegType.MAYBE_NULL));
    }
}
