package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.vm.BpfMachine;

/// The method behind a helper or kfunc.
///
/// Errors are negated errno values, sign-extended to 64 bits; other results have the upper half the
/// kernel gives them.
///
/// Thread: the machine's.
@FunctionalInterface
public interface HelperFunction {
    long call(BpfMachine machine, long r1, long r2, long r3, long r4, long r5);
}
