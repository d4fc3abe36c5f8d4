package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.verifier.Privilege;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.util.function.Consumer;
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
    private Privilege privilege = Privilege.FULL;

    private LoadOptions() {}

    private LoadOptions with(Consumer<LoadOptions> change) {
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
        copy.privilege = privilege;
        change.accept(copy);
        return copy;
    }

    /// The kernel's types that CO-RE relocations adapt to, such as those of `/sys/kernel/btf/vmlinux`;
    /// null for the built-in networking types.
    public @Nullable BtfSpec kernelTypes() {
        return kernelTypes;
    }

    public LoadOptions withKernelTypes(@Nullable BtfSpec to) {
        return with(options -> options.kernelTypes = to);
    }

    /// The running kernel's types, for programs that name kernel objects: they can be verified, if not
    /// run. Asked for when one does; null where no kernel shows its types.
    public Supplier<@Nullable BtfSpec> kernelObjects() {
        return kernelObjects;
    }

    public LoadOptions withKernelObjects(Supplier<@Nullable BtfSpec> to) {
        return with(options -> options.kernelObjects = to);
    }

    /// False to refuse programs that ask for metadata of received frames, as the kernel refuses those
    /// that are bound to no device.
    public boolean deviceBound() {
        return deviceBound;
    }

    public LoadOptions withDeviceBound(boolean to) {
        return with(options -> options.deviceBound = to);
    }

    /// What the loader may do: programs are judged for it.
    public Privilege privilege() {
        return privilege;
    }

    public LoadOptions withPrivilege(Privilege to) {
        return with(options -> options.privilege = to);
    }

    /// What runs the programs.
    public Engine engine() {
        return engine;
    }

    public LoadOptions withEngine(Engine to) {
        return with(options -> options.engine = to);
    }

    /// Lets the interpreter run what the compiler cannot take.
    public boolean allowFallback() {
        return allowFallback;
    }

    public LoadOptions withFallback(boolean to) {
        return with(options -> options.allowFallback = to);
    }

    /// False for programs that the caller does not want checked: they run on checked memory.
    public boolean verify() {
        return verify;
    }

    public LoadOptions withVerify(boolean to) {
        return with(options -> options.verify = to);
    }

    /// Lets compiled programs that are verified go without run-time checks.
    public boolean rawMemory() {
        return rawMemory;
    }

    public LoadOptions withRawMemory(boolean to) {
        return with(options -> options.rawMemory = to);
    }

    /// Notes rejected programs instead of failing with the first.
    public boolean keepGoing() {
        return keepGoing;
    }

    public LoadOptions withKeepGoing(boolean to) {
        return with(options -> options.keepGoing = to);
    }

    /// Takes verified programs that no engine here can run: they have a verdict, and a run of one
    /// throws [io.xdp4j.ebpf.UnsupportedException]. The same goes for maps of types that are not
    /// here: they have a shape, and no entries.
    public boolean keepUnrunnable() {
        return keepUnrunnable;
    }

    public LoadOptions withUnrunnable(boolean to) {
        return with(options -> options.keepUnrunnable = to);
    }

    /// Detail of the verifier's log: 0 messages, 1 the path to an error, 2 every state.
    public int logLevel() {
        return logLevel;
    }

    public LoadOptions withLogLevel(int to) {
        return with(options -> options.logLevel = to);
    }

    /// Programs to load.
    public Predicate<ProgramSpec> wanted() {
        return wanted;
    }

    public LoadOptions withWanted(Predicate<ProgramSpec> to) {
        return with(options -> options.wanted = to);
    }

    /// Given to each program in place of what its section says; null keeps that.
    public @Nullable ProgramType type() {
        return type;
    }

    public LoadOptions withType(@Nullable ProgramType to) {
        return with(options -> options.type = to);
    }

    /// The world that programs see; null for a new one of two CPUs.
    public @Nullable BpfRuntime runtime() {
        return runtime;
    }

    public LoadOptions withRuntime(BpfRuntime to) {
        return with(options -> options.runtime = to);
    }

    /// The same in another world.
    ///
    /// @param at CPU that test runs happen on
    /// @param from where their packets come from
    public LoadOptions withRuntime(BpfRuntime to, int at, TestRun.Ingress from) {
        return with(options -> {
            options.runtime = to;
            options.cpu = at;
            options.ingress = from;
        });
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
        return with(options -> options.backends = to);
    }
}
