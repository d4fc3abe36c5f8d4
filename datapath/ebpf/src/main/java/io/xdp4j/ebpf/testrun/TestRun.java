package io.xdp4j.ebpf.testrun;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.Executable;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Runs XDP programs on packets, one CPU, no device: verdict and bytes come back.
///
/// A packet has 256 bytes of headroom, of which 40 belong to the frame header, and grows to 3520
/// linear bytes; what is longer lies in fragments of 4096.
///
/// Thread: one at a time.
/// Owns: the packet's memory, until closed.
/// Fails: [TestRunException] for a packet or context that the kernel would refuse too.
/// Kernel: `bpf_prog_test_run_xdp`, net/bpf/test_run.c.
public final class TestRun implements AutoCloseable {
    private static final int ETH_HLEN = 14;

    private final BpfMachine machine;
    private final Ingress ingress;
    private final Arena arena = Arena.ofShared();
    private final TestPacket packet;

    /// The device and queue that packets come from when the context names none.
    public record Ingress(int ifindex, int queue) {
        public static final Ingress LOOPBACK = new Ingress(1, 0);
    }

    /// How to run.
    ///
    /// @param repeat runs; 0 counts as 1. Each gets the packet as the last one left it
    /// @param restore puts the input back before each run, outside of the measured time
    /// @param context `ctx_in`, null without
    public record Options(int repeat, boolean restore, @Nullable TestContext context) {
        public static final Options ONCE = new Options(1, false, null);

        public Options {
            if (repeat < 0) {
                throw new IllegalArgumentException("repeat: " + repeat + " (expected: >= 0)");
            }
        }
    }

    /// What came of it.
    public static final class Result {
        private final long r0;
        private final byte[] data;
        private final int metaBytes;
        private final double nanosPerRun;

        private Result(long r0, byte[] data, int metaBytes, double nanosPerRun) {
            this.r0 = r0;
            this.data = data;
            this.metaBytes = metaBytes;
            this.nanosPerRun = nanosPerRun;
        }

        /// The verdict: 0 aborted, 1 drop, 2 pass, 3 tx, 4 redirect, or another number.
        public int retval() {
            return (int) r0;
        }

        /// All 64 bits of the last run's register.
        public long r0() {
            return r0;
        }

        /// Metadata and packet after the last run.
        public byte[] data() {
            return data.clone();
        }

        /// How many bytes of [#data] are metadata.
        public int metaBytes() {
            return metaBytes;
        }

        /// Mean over all runs.
        public double nanosPerRun() {
            return nanosPerRun;
        }
    }

    /// @param machine that runs the programs; the caller's
    public TestRun(BpfMachine machine, Ingress ingress) {
        this.machine = machine;
        this.ingress = ingress;
        this.packet = new TestPacket(arena);
    }

    /// Refuses programs that only run on behalf of a map.
    public static void requireRunnable(String name, int expectedAttachType) {
        if (expectedAttachType == LinkedProgram.ATTACH_XDP_DEVMAP
                || expectedAttachType == LinkedProgram.ATTACH_XDP_CPUMAP) {
            throw new TestRunException(
                    Errno.EINVAL,
                    name
                            + ": is for the entries of a "
                            + (expectedAttachType == LinkedProgram.ATTACH_XDP_DEVMAP
                                    ? "devmap"
                                    : "cpumap")
                            + " and has no test run (expected: a program that a device runs)");
        }
    }

    /// Runs a program on a packet.
    public Result run(Executable program, byte[] input, Options options) {
        TestContext context = options.context();
        int meta = context == null ? 0 : checkedMeta(context, input.length);
        int linear = context == null ? input.length : context.dataEnd();
        linear = Math.min(linear, TestPacket.maxLinear(meta));
        if (input.length - meta < ETH_HLEN) {
            throw invalid(
                    "packet: "
                            + (input.length - meta)
                            + " bytes (expected: at least "
                            + ETH_HLEN
                            + ")");
        }
        setOrigin(context);
        load(input, meta, linear);
        int repeat = Math.max(1, options.repeat());
        return options.restore() && repeat > 1
                ? runRestored(program, input, meta, linear, repeat)
                : runOn(program, repeat);
    }

    private Result runOn(Executable program, int repeat) {
        BpfMachine cpu = machine;
        TestPacket on = packet;
        long r0 = 0;
        long start = System.nanoTime();
        for (int i = 0; i < repeat; i++) {
            r0 = cpu.run(program, on);
            runTimers();
        }
        return result(r0, (double) (System.nanoTime() - start) / repeat);
    }

    /// What restoring costs is measured on its own, since a clock read costs more than most
    /// programs.
    private Result runRestored(Executable program, byte[] input, int meta, int linear, int repeat) {
        long r0 = 0;
        long start = System.nanoTime();
        for (int i = 0; i < repeat; i++) {
            packet.load(input, meta, linear);
            r0 = machine.run(program, packet);
            runTimers();
        }
        long all = System.nanoTime() - start;
        Result result = result(r0, 0);
        start = System.nanoTime();
        for (int i = 0; i < repeat; i++) {
            packet.load(input, meta, linear);
        }
        long restoring = System.nanoTime() - start;
        double nanos = Math.max(0, all - restoring) / (double) repeat;
        return new Result(result.r0(), result.data(), result.metaBytes(), nanos);
    }

    /// Timers go off between runs, as the kernel's interrupts do.
    private void runTimers() {
        BpfRuntime runtime = machine.runtime();
        if (runtime.timers().areArmed()) {
            runtime.runTimers(machine);
        }
    }

    private Result result(long r0, double nanosPerRun) {
        return new Result(r0, packet.bytes(), packet.metaLength(), nanosPerRun);
    }

    private void load(byte[] input, int meta, int linear) {
        if (!packet.load(input, meta, linear)) {
            throw new TestRunException(
                    Errno.ENOMEM,
                    "packet: "
                            + input.length
                            + " bytes (expected: at most "
                            + (linear + TestPacket.MAX_FRAGS * TestPacket.PAGE_BYTES)
                            + ")");
        }
    }

    private static int checkedMeta(TestContext context, int length) {
        int data = context.data();
        int end = context.dataEnd();
        int room = TestPacket.HEADROOM_BYTES - TestPacket.FRAME_HEADER_BYTES;
        if (context.dataMeta() != 0) {
            throw invalid("context: data_meta: " + context.dataMeta() + " (expected: 0)");
        }
        if (Integer.compareUnsigned(end, length) > 0) {
            throw invalid(
                    "context: data_end: %s (expected: at most the packet's %d bytes)"
                            .formatted(Integer.toUnsignedString(end), length));
        }
        if (Integer.compareUnsigned(data, end) > 0 || (data & 3) != 0 || data > room) {
            throw invalid(
                    "context: data: %s (expected: a multiple of 4, at most data_end and %d)"
                            .formatted(Integer.toUnsignedString(data), room));
        }
        return data;
    }

    private void setOrigin(@Nullable TestContext context) {
        if (context == null) {
            packet.comesFrom(ingress.ifindex(), ingress.queue(), true);
            return;
        }
        int ifindex = context.ingressIfindex();
        int queue = context.rxQueueIndex();
        if (context.egressIfindex() != 0 || (ifindex == 0 && queue != 0)) {
            throw invalid(
                    "context: egress_ifindex: %d, rx_queue_index: %d (expected: 0 and, without ingress_ifindex, 0)"
                            .formatted(context.egressIfindex(), queue));
        }
        if (ifindex == 0) {
            packet.comesFrom(ingress.ifindex(), ingress.queue(), true);
            return;
        }
        if (machine.runtime().world().byIfindex(ifindex) == null) {
            throw new TestRunException(
                    Errno.ENODEV,
                    "context: ingress_ifindex: " + ifindex + " (expected: a device that exists)");
        }
        if (queue != 0) {
            throw invalid(
                    "context: rx_queue_index: "
                            + Integer.toUnsignedString(queue)
                            + " (expected: 0, the devices of a test run have one queue)");
        }
        packet.comesFrom(ifindex, queue, ifindex == ingress.ifindex());
    }

    private static TestRunException invalid(String message) {
        return new TestRunException(Errno.EINVAL, message);
    }

    @Override
    public void close() {
        arena.close();
    }
}
