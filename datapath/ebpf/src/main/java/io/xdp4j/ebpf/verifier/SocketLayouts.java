package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.verifier.ContextField.Parts;
import java.util.List;

/// Which parts of sockets programs may load.
///
/// Kernel: `bpf_sock_is_valid_access` and its kin.
final class SocketLayouts {
    /// `struct bpf_sock`.
    static final List<ContextField> SOCK =
            List.of(
                    ContextField.word("bound_dev_if", 0).whole(),
                    ContextField.number("family", 4, 4, Parts.HEAD),
                    ContextField.number("type", 8, 4, Parts.HEAD),
                    ContextField.number("protocol", 12, 4, Parts.HEAD),
                    ContextField.word("mark", 16).whole(),
                    ContextField.word("priority", 20).whole(),
                    ContextField.word("src_ip4", 24),
                    ContextField.word("src_ip6", 28),
                    ContextField.word("src_ip6", 32),
                    ContextField.word("src_ip6", 36),
                    ContextField.word("src_ip6", 40),
                    ContextField.number("src_port", 44, 4, Parts.HEAD),
                    ContextField.word("dst_port", 48).whole(),
                    ContextField.number("dst_port", 48, 2, Parts.ANY),
                    ContextField.word("dst_ip4", 52),
                    ContextField.word("dst_ip6", 56),
                    ContextField.word("dst_ip6", 60),
                    ContextField.word("dst_ip6", 64),
                    ContextField.word("dst_ip6", 68),
                    ContextField.number("state", 72, 4, Parts.HEAD),
                    ContextField.number("rx_queue_mapping", 76, 4, Parts.HEAD));

    private static final int TCP_SOCK_BYTES = 112;

    private SocketLayouts() {}

    static boolean permits(RegType type, int off, int size) {
        if (off < 0 || size <= 0 || off % size != 0) {
            return false;
        }
        return switch (type) {
            case SOCKET -> permitsSock(off, size);
            case SOCK_COMMON -> permitsSock(off, size) && !isFullOnly(off);
            case TCP_SOCK -> permitsTcp(off, size);
            case XDP_SOCK -> off == 0 && size == 4;
            default -> false;
        };
    }

    /// type, protocol, mark, priority of `struct bpf_sock`: full sockets only.
    private static boolean isFullOnly(int off) {
        return off >= 8 && off < 24;
    }

    private static boolean permitsSock(int off, int size) {
        if (size > Integer.BYTES) {
            return false;
        }
        for (ContextField field : SOCK) {
            if (field.admits(off, size, false)) {
                return true;
            }
        }
        return false;
    }

    private static boolean permitsTcp(int off, int size) {
        if (off + size > TCP_SOCK_BYTES) {
            return false;
        }
        // bytes_received and bytes_acked are 64 bits wide
        boolean wide = off >= 80 && off < 96;
        return wide ? size == 8 : size == 4;
    }
}
