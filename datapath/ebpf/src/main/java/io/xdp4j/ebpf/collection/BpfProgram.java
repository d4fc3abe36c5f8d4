package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.Executable;

/// A program that runs.
///
/// Thread: [#main] any; test runs one at a time within a collection.
/// Kernel: `struct bpf_prog`.
public final class BpfProgram {
    private final LinkedProgram linked;
    private final int id;
    private final Verification verification;
    private final Engine engine;
    private final Executable main;
    private final Collection collection;

    BpfProgram(
            LinkedProgram linked,
            int id,
            Verification verification,
            Engine engine,
            Executable main,
            Collection collection) {
        this.linked = linked;
        this.id = id;
        this.verification = verification;
        this.engine = engine;
        this.main = main;
        this.collection = collection;
    }

    public String name() {
        return linked.name();
    }

    public ProgramType type() {
        return linked.type();
    }

    /// What program arrays, devmaps and cpumaps hold for it.
    public int id() {
        return id;
    }

    /// The instructions that it was made from.
    public LinkedProgram linked() {
        return linked;
    }

    public Verification verification() {
        return verification;
    }

    /// What runs it: [Engine#INTERP] or [Engine#JIT].
    public Engine engine() {
        return engine;
    }

    /// Its main function.
    public Executable main() {
        return main;
    }

    /// Runs it on a packet as the kernel's test run would.
    ///
    /// Fails: [io.xdp4j.ebpf.testrun.TestRunException] for a packet under 14 bytes.
    public TestRun.Result testRun(byte[] packet) {
        return testRun(packet, TestRun.Options.ONCE);
    }

    /// Runs it on a packet as often as asked, in a context of choice.
    public TestRun.Result testRun(byte[] packet, TestRun.Options options) {
        TestRun.requireRunnable(name(), linked.expectedAttachType());
        return collection.testRun().run(main, packet, options);
    }

    @Override
    public String toString() {
        return type().text() + " " + name() + " (id " + id + ")";
    }
}
