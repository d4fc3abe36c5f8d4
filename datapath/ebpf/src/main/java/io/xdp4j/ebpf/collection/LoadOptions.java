package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// How an object is made live. Immutable; each `with` gives a changed copy.
///
/// @param engine what runs the programs
/// @param allowFallback lets the interpreter run what the compiler cannot take
/// @param verify false for programs that the caller does not want checked: they run on checked
///     memory
/// @param keepGoing notes rejected programs instead of failing with the first
/// @param logLevel detail of the verifier's log, 0 for none
/// @param wanted programs to load
/// @param type given to each program in place of what its section says, null to keep that
/// @param runtime the world that programs see; null for a new one of two CPUs
/// @param cpu that test runs happen on
/// @param ingress where the packets of test runs come from
/// @param backends behind redirect maps; null for those of a test run
public record LoadOptions(
        Engine engine,
        boolean allowFallback,
        boolean verify,
        boolean keepGoing,
        int logLevel,
        Predicate<ProgramSpec> wanted,
        @Nullable ProgramType type,
        @Nullable BpfRuntime runtime,
        int cpu,
        TestRun.Ingress ingress,
        @Nullable Backends backends) {
    /// All programs whose section tells a type; the fastest engine that is safe.
    public static final LoadOptions DEFAULT =
            new LoadOptions(
                    Engine.AUTO,
                    false,
                    true,
                    false,
                    1,
                    _ -> true,
                    null,
                    null,
                    0,
                    TestRun.Ingress.LOOPBACK,
                    null);

    public LoadOptions withEngine(Engine to) {
        return new LoadOptions(
                to,
                allowFallback,
                verify,
                keepGoing,
                logLevel,
                wanted,
                type,
                runtime,
                cpu,
                ingress,
                backends);
    }

    public LoadOptions withFallback(boolean to) {
        return new LoadOptions(
                engine, to, verify, keepGoing, logLevel, wanted, type, runtime, cpu, ingress,
                backends);
    }

    public LoadOptions withVerify(boolean to) {
        return new LoadOptions(
                engine,
                allowFallback,
                to,
                keepGoing,
                logLevel,
                wanted,
                type,
                runtime,
                cpu,
                ingress,
                backends);
    }

    public LoadOptions withKeepGoing(boolean to) {
        return new LoadOptions(
                engine,
                allowFallback,
                verify,
                to,
                logLevel,
                wanted,
                type,
                runtime,
                cpu,
                ingress,
                backends);
    }

    public LoadOptions withLogLevel(int to) {
        return new LoadOptions(
                engine,
                allowFallback,
                verify,
                keepGoing,
                to,
                wanted,
                type,
                runtime,
                cpu,
                ingress,
                backends);
    }

    public LoadOptions withWanted(Predicate<ProgramSpec> to) {
        return new LoadOptions(
                engine,
                allowFallback,
                verify,
                keepGoing,
                logLevel,
                to,
                type,
                runtime,
                cpu,
                ingress,
                backends);
    }

    public LoadOptions withType(@Nullable ProgramType to) {
        return new LoadOptions(
                engine,
                allowFallback,
                verify,
                keepGoing,
                logLevel,
                wanted,
                to,
                runtime,
                cpu,
                ingress,
                backends);
    }

    /// The same in another runtime.
    public LoadOptions withRuntime(BpfRuntime to) {
        return withRuntime(to, cpu, ingress);
    }

    /// The same in another world.
    ///
    /// @param at CPU that test runs happen on
    /// @param from where their packets come from
    public LoadOptions withRuntime(BpfRuntime to, int at, TestRun.Ingress from) {
        return new LoadOptions(
                engine,
                allowFallback,
                verify,
                keepGoing,
                logLevel,
                wanted,
                type,
                to,
                at,
                from,
                backends);
    }

    public LoadOptions withBackends(Backends to) {
        return new LoadOptions(
                engine,
                allowFallback,
                verify,
                keepGoing,
                logLevel,
                wanted,
                type,
                runtime,
                cpu,
                ingress,
                to);
    }
}
