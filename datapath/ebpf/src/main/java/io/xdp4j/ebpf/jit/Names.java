package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import io.xdp4j.ebpf.helper.HelperFunction;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.Executable;
import io.xdp4j.ebpf.vm.XdpMd;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// Classes and method types that compiled code refers to.
final class Names {
    static final ClassDesc MACHINE = of(BpfMachine.class);
    static final ClassDesc EXECUTABLE = of(Executable.class);
    static final ClassDesc HELPER = of(HelperFunction.class);
    static final ClassDesc MAP = of(BpfMap.class);
    static final ClassDesc XDP = of(XdpMd.class);
    static final ClassDesc MEMORY = of(ProgramMemory.class);
    static final ClassDesc ARITHMETIC = of(Arithmetic.class);
    static final ClassDesc LONG = of(Long.class);
    static final ClassDesc INTEGER = of(Integer.class);

    static final MethodTypeDesc TO_LONG = MethodTypeDesc.of(CD_long);
    static final MethodTypeDesc TO_INT = MethodTypeDesc.of(CD_int);
    static final MethodTypeDesc UNARY = MethodTypeDesc.of(CD_long, CD_long);
    static final MethodTypeDesc BINARY = MethodTypeDesc.of(CD_long, CD_long, CD_long);
    static final MethodTypeDesc COMPARE = MethodTypeDesc.of(CD_int, CD_long, CD_long);
    static final MethodTypeDesc COMPARE_INT = MethodTypeDesc.of(CD_int, CD_int, CD_int);

    /// A function: machine, frame, r1 to r5.
    static final MethodTypeDesc FUNCTION =
            MethodTypeDesc.of(
                    CD_long, MACHINE, CD_int, CD_long, CD_long, CD_long, CD_long, CD_long);

    /// [HelperFunction#call].
    static final MethodTypeDesc HELPER_CALL =
            MethodTypeDesc.of(CD_long, MACHINE, CD_long, CD_long, CD_long, CD_long, CD_long);

    private Names() {}

    private static ClassDesc of(Class<?> type) {
        return ClassDesc.of(type.getName());
    }
}
