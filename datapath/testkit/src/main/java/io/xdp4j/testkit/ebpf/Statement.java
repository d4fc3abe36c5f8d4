package io.xdp4j.testkit.ebpf;

/// Writes one statement of a kind.
@FunctionalInterface
interface Statement {
    void write(Draft draft);
}
