package io.xdp4j.tools.xsk;

/// What a loop counts for each socket.
public enum XskCount {
    RX("rx"),
    TX("tx"),
    RX_EMPTY_POLLS("rx empty polls"),
    FILL_FAIL_POLLS("fill fail polls"),
    COPY_TX_SENDTOS("copy tx sendtos"),
    TX_WAKEUP_SENDTOS("tx wakeup sendtos"),
    OPT_POLLS("opt polls");

    private final String text;

    XskCount(String text) {
        this.text = text;
    }

    /// As xdpsock calls it.
    public String text() {
        return text;
    }
}
