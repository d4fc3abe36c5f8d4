package io.xdp4j.ebpf.verifier;

/// Which parts of sockets programs may load.
///
/// Kernel: `bpf_sock_is_valid_access` and its kin.
final class SocketLayouts {
    private static final int SOCK_BYTES = 80;
    private static final int TCP_SOCK_BYTES = 128;

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
        if (off + size > SOCK_BYTES || size == 8) {
            return false;
        }
        if (off >= 50 && off < 52) {
            return false; // padding behind dst_port
        }
        boolean whole = off < 4 || (off >= 16 && off < 24);
        return !whole || size == 4;
    }

    private static boolean permitsTcp(int off, int size) {
        if (off + size > TCP_SOCK_BYTES) {
            return false;
        }
        // bytes_received and bytes_acked are 64 bits wide
        boolean wide = off >= 64 && off < 80;
        return wide ? size == 8 : size == 4;
    }
}
