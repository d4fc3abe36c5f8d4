package io.xdp4j.testkit.ebpf;

/// What a number of a program may be: `low..high`, neither negative.
record Range(long low, long high) {
    static final Range UNKNOWN = new Range(0, Long.MAX_VALUE);

    Range plus(int number) {
        return new Range(low + number, high + number);
    }
}
