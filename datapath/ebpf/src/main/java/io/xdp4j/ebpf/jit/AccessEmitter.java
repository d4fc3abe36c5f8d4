package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_MethodHandle;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;

/// Writes single loads and stores: [#begin], the address, the value of a store, [#end].
///
/// HotSpot's C2 stops inlining methods when what it compiles has grown large, about 60 accesses; but
/// it goes on with what constant method handles lead to. So the first accesses of a method are calls,
/// the others go through handles, which cost more to link and to compile.
final class AccessEmitter {
    private static final int CALLS = 24;
    private static final MethodTypeDesc STORE = MethodTypeDesc.of(CD_void, CD_long, CD_long);

    private final CodeBuilder out;
    private int accesses;

    AccessEmitter(CodeBuilder out) {
        this.out = out;
    }

    /// A load that replaces the address on the stack by the bytes there, extended to 64 bits.
    static DirectMethodHandleDesc load(int size, boolean signed) {
        return access((signed ? "s" : "u") + 8 * size, Names.UNARY);
    }

    /// A store of the low `size` bytes of the long on the stack at the address below it.
    static DirectMethodHandleDesc store(int size) {
        return access("store" + 8 * size, STORE);
    }

    private static DirectMethodHandleDesc access(String name, MethodTypeDesc type) {
        return MethodHandleDesc.ofMethod(
                DirectMethodHandleDesc.Kind.STATIC, Names.MEMORY, name, type);
    }

    void begin(DirectMethodHandleDesc access) {
        if (++accesses > CALLS) {
            out.loadConstant(access);
        }
    }

    void end(DirectMethodHandleDesc access) {
        MethodTypeDesc type = access.invocationType();
        if (accesses > CALLS) {
            out.invokevirtual(CD_MethodHandle, "invokeExact", type);
        } else {
            out.invokestatic(access.owner(), access.methodName(), type);
        }
    }
}
