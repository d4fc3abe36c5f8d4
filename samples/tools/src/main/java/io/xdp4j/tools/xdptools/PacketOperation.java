package io.xdp4j.tools.xdptools;

/// What a basic benchmark does with a packet before its verdict.
enum PacketOperation {
    NO_TOUCH("no-touch", "xdp_no_touch"),
    READ_DATA("read-data", "xdp_read_data"),
    PARSE_IP("parse-ip", "xdp_parse_ip"),
    SWAP_MACS("swap-macs", "xdp_swap_macs");

    private final String word;
    private final String program;

    PacketOperation(String word, String program) {
        this.word = word;
        this.program = program;
    }

    /// The program of our object.
    String program(LoadMode how) {
        boolean helpers = how == LoadMode.LOAD_BYTES && this != NO_TOUCH;
        return helpers ? program + "_load_bytes" : program;
    }

    @Override
    public String toString() {
        return word;
    }
}
