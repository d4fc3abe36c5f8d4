package io.xdp4j.tools.xdptools;

/// What the target CPU does with a packet.
enum RemoteAction {
    DISABLED("disabled", ""),
    DROP("drop", "cpumap_drop"),
    PASS("pass", "cpumap_pass"),
    REDIRECT("redirect", "cpumap_redirect");

    private final String word;
    private final String program;

    RemoteAction(String word, String program) {
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
