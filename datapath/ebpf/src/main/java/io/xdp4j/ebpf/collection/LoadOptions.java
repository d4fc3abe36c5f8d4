package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How an object is made live. Immutable; each `with` gives a changed copy.
public final class LoadOptions {
    /// All programs whose section tells a type; the fastest engine that is safe.
    public static final LoadOptions DEFAULT = new LoadOptions();

    private Engine engine = Engine.AUTO;
    private boolean allowFallback;
    private boolean verify = true;
    private boolean rawMemory = true;
    private boolean keepGoing;
    private boolean keepUnrunnable;
    private int logLevel = 1;
    private Predicate<ProgramSpec> wanted = _ -> true;
    private @Nullable ProgramType type;
    private @Nullable BpfRuntime runtime;
    private int cpu;
    private TestRun.Ingress ingress = TestRun.Ingress.LOOPBACK;
    private @Nullable Backends backends;

    private @Nullable BtfSpec kernelTypes;
    private Supplier<@Nullable BtfSpec> kernelObjects = () -> null;
    private boolean deviceBound = true;

    private LoadOptions() {}

    private LoadOptions copy() {
        LoadOptions copy = new LoadOptions();
        copy.engine = engine;
        copy.allowFallback = allowFallback;
        copy.verify = verify;
        copy.rawMemory = rawMemory;
        copy.keepGoing = keepGoing;
        copy.keepUnrunnable = keepUnrunnable;
        copy.logLevel = logLevel;
        copy.wanted = wanted;
        copy.type = type;
        copy.runtime = runtime;
        copy.cpu = cpu;
        copy.ingress = ingress;
        copy.backends = backends;
        copy.kernelTypes = kernelTypes;
        copy.kernelObjects = kernelObjects;
        copy.deviceBound = deviceBound;
        return copy;
    }

    /// The kernel's types that CO-RE relocations adapt to, such as those of `/sys/kernel/btf/vmlinux`;
    /// null for the built-in networking types.
    public @Nullable BtfSpec kernelTypes() {
        return kernelTypes;
    }

    public LoadOptions withKernelTypes(@Nullable BtfSpec to) {
        LoadOptions copy = copy();
        copy.kernelTypes = to;
        return copy;
    }

    /// The running kernel's types, for programs that name kernel objects: they can be verified, if not
    /// run. Asked for when one does; null where no kernel shows its types.
    public Supplier<@Nullable BtfSpec> kernelObjects() {
        return kernelObjects;
    }

    public LoadOptions withKernelObjects(Supplier<@Nullable BtfSpec> to) {
        LoadOptions copy = copy();
        copy.kernelObjects = to;
        return copy;
    }

    /// False to refuse programs that ask for metadata of received frames, as the kernel refuses those
    /// that are bound to no device.
    public boolean deviceBound() {
        return deviceBound;
    }

    public LoadOptions withDeviceBound(boolean to) {
        LoadOptions copy = copy();
        copy.deviceBound = to;
        return copy;
    }

    /// What runs the programs.
    public Engine engine() {
        return engine;
    }

    public LoadOptions withEngine(Engine to) {
        LoadOptions copy = copy();
        copy.engine = to;
        return copy;
    }

    /// Lets the interpreter run what the compiler cannot take.
    public boolean allowFallback() {
        return allowFallback;
    }

    public LoadOptions withFallback(boolean to) {
        LoadOptions copy = copy();
        copy.allowFallback = to;
        return copy;
    }

    /// False for programs that the caller does not want checked: they run on checked memory.
    public boolean verify() {
        return verify;
    }

    public LoadOptions withVerify(boolean to) {
        LoadOptions copy = copy();
        copy.verify = to;
        return copy;
    }

    /// Lets compiled programs that are verified go without run-time checks.
    public boolean rawMemory() {
        return rawMemory;
    }

    public LoadOptions withRawMemory(boolean to) {
        LoadOptions copy = copy();
        copy.rawMemory = to;
        return copy;
    }

    /// Notes rejected programs instead of failing with the first.
    public boolean keepGoing() {
        return keepGoing;
    }

    public LoadOptions withKeepGoing(boolean to) {
        LoadOptions copy = copy();
        copy.keepGoing = to;
        return copy;
    }

    /// Takes verified programs that no engine here can run: they have a verdict, and a run of one
    /// throws [io.xdp4j.ebpf.UnsupportedException]. The same goes for maps of types that are not
    /// here: they have a shape, and no entries.
    public boolean keepUnrunnable() {
        return keepUnrunnable;
    }

    public LoadOptions withUnrunnable(boolean to) {
        LoadOptions copy = copy();
        copy.keepUnrunnable = to;
        return copy;
    }

    /// Detail of the verifier's log: 0 messages, 1 the path to an error, 2 every state.
    public int logLevel() {
        return logLevel;
    }

    public LoadOptions withLogLevel(int to) {
        LoadOptions copy = copy();
        copy.logLevel = to;
        return copy;
    }

    /// Programs to load.
    public Predicate<ProgramSpec> wanted() {
        return wanted;
    }

    public LoadOptions withWanted(Predicate<ProgramSpec> to) {
        LoadOptions copy = copy();
        copy.wanted = to;
        return copy;
    }

    /// Given to each program in place of what its section says; null keeps that.
    public @Nullable ProgramType type() {
        return type;
    }

    public LoadOptions withType(@Nullable ProgramType to) {
        LoadOptions copy = copy();
        copy.type = to;
        return copy;
    }

    /// The world that programs see; null for a new one of two CPUs.
    public @Nullable BpfRuntime runtime() {
        return runtime;
    }

    public LoadOptions withRuntime(BpfRuntime to) {
        LoadOptions copy = copy();
        copy.runtime = to;
        return copy;
    }

    /// The same in another world.
    ///
    /// @param at CPU that test runs happen on
    /// @param from where their packets come from
    public LoadOptions withRuntime(BpfRuntime to, int at, TestRun.Ingress from) {
        LoadOptions copy = withRuntime(to);
        copy.cpu = at;
        copy.ingress = from;
        return copy;
    }

    /// CPU that test runs happen on.
    public int cpu() {
        return cpu;
    }

    /// Where the packets of test runs come from.
    public TestRun.Ingress ingress() {
        return ingress;
    }

    /// What stands behind redirect maps; null for what a test run has there.
    public @Nullable Backends backends() {
        return backends;
    }

    public LoadOptions withBackends(@Nullable Backends to) {
        LoadOptions copy = copy();
        copy.backends = to;
        return copy;
    }
}
