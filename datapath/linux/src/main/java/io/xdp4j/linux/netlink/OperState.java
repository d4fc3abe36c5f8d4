package io.xdp4j.linux.netlink;

/// Operational state of a device (RFC 2863), in the kernel's order.
///
/// - Kernel: `IF_OPER_*`, `IFLA_OPERSTATE`.
public enum OperState {
    /// The driver does not tell; taken as up where the carrier is on.
    UNKNOWN,
    NOT_PRESENT,
    DOWN,
    /// A device below is down.
    LOWER_LAYER_DOWN,
    TESTING,
    /// Waits for an event, such as 802.1X.
    DORMANT,
    UP;

    static OperState of(int number) {
        return switch (number) {
            case 1 -> NOT_PRESENT;
            case 2 -> DOWN;
            case 3 -> LOWER_LAYER_DOWN;
            case 4 -> TESTING;
            case 5 -> DORMANT;
            case 6 -> UP;
            default -> UNKNOWN;
        };
    }
}
