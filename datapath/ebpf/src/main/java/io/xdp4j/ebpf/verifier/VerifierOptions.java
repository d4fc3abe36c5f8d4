package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.btf.BtfSpec;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How to verify.
///
/// @param logLevel 0 messages only, 1 the path to an error with register states, 2 every
///     instruction of every path; 4, added to it, also time and stack use
/// @param cpus CPUs that programs will see
/// @param kernelTypes types of the kernel objects that programs may name, asked for when one does;
///     gives null where no kernel shows its types
/// @param deviceBound true for programs that run on one device: they may ask for its metadata
/// @param privilege what the loader may do
public record VerifierOptions(
        int logLevel,
        int cpus,
        Supplier<@Nullable BtfSpec> kernelTypes,
        boolean deviceBound,
        Privilege privilege) {
    public static final VerifierOptions DEFAULT = new VerifierOptions(0, 2);

    /// Without kernel types, on a device, as root would be judged.
    public VerifierOptions(int logLevel, int cpus) {
        this(logLevel, cpus, () -> null, true, Privilege.FULL);
    }

    public VerifierOptions withLogLevel(int to) {
        return new VerifierOptions(to, cpus, kernelTypes, deviceBound, privilege);
    }

    public VerifierOptions withKernelTypes(Supplier<@Nullable BtfSpec> to) {
        return new VerifierOptions(logLevel, cpus, to, deviceBound, privilege);
    }

    public VerifierOptions withDeviceBound(boolean to) {
        return new VerifierOptions(logLevel, cpus, kernelTypes, to, privilege);
    }

    public VerifierOptions withPrivilege(Privilege to) {
        return new VerifierOptions(logLevel, cpus, kernelTypes, deviceBound, to);
    }
}
