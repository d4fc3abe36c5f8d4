package io.xdp4j.tools.xdptools;

/// What the program of a devmap's entry does.
enum EgressMode {
    /// Sets the source address to the target's and sends.
    FORWARD("forward", "xdp_redirect_map_egress"),
    DROP("drop", "xdp_redirect_map_egress_drop");

    private final String word;
    private final String program;

    EgressMode(String word, String program) {
        this.word = word;
        this.program = program;
    }

    String program() {
        return program;
    }

    @Override
    public String toString() {
        return word;
    }
}
