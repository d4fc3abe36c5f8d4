package io.xdp4j.tools.xdptools;

/// What happens to packets that no rule names.
enum FilterPolicy {
    ALLOW("allow", "alw"),
    DENY("deny", "dny");

    private final String word;
    private final String inProgram;

    FilterPolicy(String word, String inProgram) {
        this.word = word;
        this.inProgram = inProgram;
    }

    String programPrefix() {
        return FilterState.PROGRAM_PREFIX + inProgram + "_";
    }

    @Override
    public String toString() {
        return word;
    }
}
