package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.helper.KfuncArg;
import io.xdp4j.ebpf.helper.KfuncProto;
import io.xdp4j.ebpf.helper.KfuncProto.Flag;
import io.xdp4j.ebpf.isa.Insn;
import org.jspecify.annotations.Nullable;

/// Calls of kernel functions.
///
/// Kernel: `check_kfunc_call`, `check_kfunc_args`.
final class KfuncCheck {
    /// What the arguments of one call told.
    private static final class Call {
        final KfuncProto proto;
        @Nullable RegState dynptr;
        long constant;
        int refObjId;
        int iteratorSlot;
        int iteratorFrame;

        Call(KfuncProto proto) {
            this.proto = proto;
        }
    }

    private final Verification v;
    private final Precision precision;
    private final MemoryCheck memory;
    private final DynptrCheck dynptrs;
    private final ArgumentCheck arguments;
    private final IteratorCheck iterators;

    KfuncCheck(
            Verification v,
            Precision precision,
            MemoryCheck memory,
            DynptrCheck dynptrs,
            ArgumentCheck arguments,
            IteratorCheck iterators) {
        this.v = v;
        this.precision = precision;
        this.memory = memory;
        this.dynptrs = dynptrs;
        this.arguments = arguments;
        this.iterators = iterators;
    }

    void check(Insn insn) {
        KfuncProto proto = find(insn);
        if (proto.has(Flag.ITER_NEXT)) {
            v.facts.iteratorNext.set(v.insn);
        }
        Call call = new Call(proto);
        for (int i = 0; i < proto.args().size(); i++) {
            checkArgument(call, i);
        }
        enterOrLeave(proto.name());
        for (int r = 0; r <= 5; r++) {
            v.reg(r).markNotInit();
            v.scratched.reg(r);
        }
        setResult(call);
        if (proto.has(Flag.ITER_NEXT)) {
            iterators.next(call.iteratorFrame, call.iteratorSlot);
        }
    }

    private KfuncProto find(Insn insn) {
        KfuncProto proto = v.rules.kfunc(insn);
        if (proto == null) {
            String name = v.program.kfuncs().get(insn.imm());
            if (name == null) {
                throw v.reject(Errno.EINVAL, "kernel btf_id %d is not a function", insn.imm());
            }
            throw v.reject(Errno.EACCES, "calling kernel function %s is not allowed", name);
        }
        if (proto.has(Flag.SLEEPABLE) && !v.inSleepable()) {
            throw v.reject(
                    Errno.EACCES,
                    "program must be sleepable to call sleepable kfunc %s",
                    proto.name());
        }
        return proto;
    }

    private void checkArgument(Call call, int index) {
        KfuncArg arg = call.proto.args().get(index);
        int number = index + 1;
        if (arg.kind() == KfuncArg.Kind.IGNORED || arg.kind() == KfuncArg.Kind.IMPLICIT) {
            return;
        }
        v.checkRead(number);
        RegState reg = v.reg(number);
        boolean trusted = call.proto.has(Flag.TRUSTED_ARGS) || call.proto.has(Flag.RCU);
        boolean pointer = !isNumber(arg);
        if (trusted && pointer && !arg.isNullable() && (reg.isNull() || reg.mayBeNull())) {
            throw v.reject(Errno.EACCES, "Possibly NULL pointer passed to trusted arg%d", index);
        }
        if (pointer && arg.isNullable() && reg.isNull()) {
            checkNullBuffer(call, index);
            return;
        }
        if (pointer && reg.refObjId != 0) {
            call.refObjId = reg.refObjId;
        }
        switch (arg.kind()) {
            case SCALAR -> checkScalar(number, reg);
            case CONSTANT -> checkConstant(call, number, reg);
            case SIZE -> checkScalar(number, reg);
            case CONST_SIZE -> checkConstant(call, number, reg);
            case CTX -> checkContext(index, number, reg);
            case MAP -> checkMap(number, reg);
            case MEM -> checkMemory(index, number);
            case FIXED_MEM -> checkFixed(number, reg, arg.bytes());
            case DYNPTR -> {
                dynptrs.checkInitialized(reg, number, null);
                if (call.dynptr == null) {
                    call.dynptr = dynptrs.find(reg);
                }
            }
            case DYNPTR_UNINIT -> makeDynptr(call, number, reg);
            case ITERATOR -> checkIterator(call, arg, number, reg);
            default ->
                    throw v.reject(
                            Errno.EOPNOTSUPP,
                            "kernel function %s: argument %d of type %s is not supported",
                            call.proto.name(),
                            number,
                            arg.type());
        }
    }

    private static boolean isNumber(KfuncArg arg) {
        return switch (arg.kind()) {
            case SCALAR, CONSTANT, SIZE, CONST_SIZE, CALLBACK -> true;
            default -> false;
        };
    }

    private void checkScalar(int number, RegState reg) {
        if (!reg.isScalar()) {
            throw v.reject(Errno.EINVAL, "R%d is not a scalar", number);
        }
    }

    private void checkConstant(Call call, int number, RegState reg) {
        checkScalar(number, reg);
        if (!reg.var.isConst()) {
            throw v.reject(Errno.EINVAL, "R%d must be a known constant", number);
        }
        precision.mark(number);
        call.constant = reg.var.value();
    }

    private void checkContext(int index, int number, RegState reg) {
        arguments.checkOffset(number, reg);
        if (!reg.isPlain(RegType.CTX)) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#%d expected pointer to ctx, but got %s",
                    index,
                    reg.typeText());
        }
    }

    private void checkMap(int number, RegState reg) {
        if (reg.map == null || !reg.isPlain(RegType.MAP_PTR)) {
            throw v.reject(Errno.EINVAL, "pointer in R%d isn't map pointer", number);
        }
    }

    /// The buffer may be null; its size is looked at all the same where it is a constant.
    private void checkNullBuffer(Call call, int index) {
        if (call.proto.args().get(index).kind() != KfuncArg.Kind.MEM) {
            return;
        }
        v.checkRead(index + 2);
    }

    private void checkMemory(int index, int number) {
        v.checkRead(number + 1);
        RegState reg = v.reg(number);
        RegState size = v.reg(number + 1);
        checkScalar(number + 1, size);
        RegState saved = reg.copy();
        boolean nullable = reg.mayBeNull();
        if (nullable) {
            NullChecks.markNotNull(reg);
        }
        CallFacts facts = new CallFacts(0, true);
        try {
            arguments.checkSize(number + 1, size, false, true, facts);
            arguments.checkSize(number + 1, size, true, true, facts);
        } catch (Rejection why) {
            v.log.say(
                    "arg#%d arg#%d memory, len pair leads to invalid memory access\n",
                    index, index + 1);
            throw why;
        }
        if (nullable) {
            reg.set(saved);
        }
    }

    private void checkFixed(int number, RegState reg, int bytes) {
        arguments.checkOffset(number, reg);
        if (reg.isNull()) {
            return;
        }
        RegState saved = reg.copy();
        boolean nullable = reg.mayBeNull();
        if (nullable) {
            NullChecks.markNotNull(reg);
        }
        memory.checkHelperMemory(number, bytes, false, true, null);
        memory.checkHelperMemory(number, bytes, true, true, null);
        if (nullable) {
            reg.set(saved);
        }
    }

    private void makeDynptr(Call call, int number, RegState reg) {
        RegState parent = call.dynptr;
        DynptrType type = DynptrType.XDP;
        int reference = 0;
        if (parent != null) {
            type = parent.dynptr;
            reference = parent.refObjId;
        } else if (call.proto.name().endsWith("_skb")) {
            type = DynptrType.SKB;
        }
        dynptrs.checkRoom(reg, number);
        for (int i = 0; i < 2; i++) {
            memory.check(number, i * 8, 8, true, StackCheck.NO_REG, false, false);
        }
        dynptrs.create(reg, type, reference);
    }

    private void checkIterator(Call call, KfuncArg arg, int number, RegState reg) {
        if (!reg.isPlain(RegType.STACK)) {
            throw v.reject(
                    Errno.EINVAL, "arg#%d expected pointer to an iterator on stack", number - 1);
        }
        if (call.proto.has(Flag.ITER_NEW)) {
            iterators.checkRoom(reg, arg.type(), number);
            for (int i = 0; i < IteratorCheck.slotsOf(arg.type()); i++) {
                memory.check(number, i * 8, 8, true, StackCheck.NO_REG, false, false);
            }
            iterators.create(reg, arg.type());
            return;
        }
        int slot = iterators.checkInitialized(reg, arg.type(), number);
        call.iteratorSlot = slot;
        call.iteratorFrame = reg.frame;
        call.refObjId = v.frameOf(reg).slot(slot).reg().refObjId;
        if (call.proto.has(Flag.ITER_DESTROY)) {
            iterators.destroy(reg, arg.type());
        }
    }

    // ---- sections

    private void enterOrLeave(String name) {
        VerifierState state = v.state();
        switch (name) {
            case "bpf_rcu_read_lock" -> {
                if (state.rcuLocks > 0) {
                    throw v.reject(Errno.EINVAL, "nested rcu read lock (kernel function %s)", name);
                }
                state.rcuLocks++;
            }
            case "bpf_rcu_read_unlock" -> {
                if (state.rcuLocks == 0) {
                    throw v.reject(
                            Errno.EINVAL, "unmatched rcu read unlock (kernel function %s)", name);
                }
                state.rcuLocks--;
            }
            case "bpf_preempt_disable" -> state.preemptDisabled++;
            case "bpf_preempt_enable" -> {
                if (state.preemptDisabled == 0) {
                    throw v.reject(
                            Errno.EINVAL,
                            "unmatched attempt to enable preemption (kernel function %s)",
                            name);
                }
                state.preemptDisabled--;
            }
            default -> {}
        }
    }

    // ---- results

    private void setResult(Call call) {
        RegState r0 = v.reg(0);
        switch (call.proto.returns()) {
            case VOID -> {
                return;
            }
            case SCALAR -> {
                r0.markUnknown();
                return;
            }
            case SCALAR_PTR -> {
                r0.markPointer(RegType.MEM, RegType.RDONLY);
                r0.memSize = scalarBytes(call.proto.returnType());
                r0.refObjId = call.refObjId;
            }
            case UNTYPED_PTR -> setSlice(call, r0);
            case BTF_ID ->
                    throw v.reject(
                            Errno.EOPNOTSUPP,
                            "kernel function %s returns a kernel object, which does not exist"
                                    + " here",
                            call.proto.name());
        }
        if (call.proto.has(Flag.RET_NULL)) {
            r0.flags |= RegType.MAYBE_NULL;
            r0.id = v.newId();
        }
    }

    private void setSlice(Call call, RegState r0) {
        RegState dynptr = call.dynptr;
        boolean slices = call.proto.name().startsWith("bpf_dynptr_slice");
        if (dynptr == null || !slices) {
            throw v.reject(
                    Errno.EOPNOTSUPP,
                    "kernel function %s returns a kernel object, which does not exist here",
                    call.proto.name());
        }
        boolean packet = dynptr.dynptr == DynptrType.XDP || dynptr.dynptr == DynptrType.SKB;
        boolean readOnly = call.proto.name().equals("bpf_dynptr_slice");
        r0.markPointer(
                RegType.MEM, (packet ? RegType.PACKET_SLICE : 0) | (readOnly ? RegType.RDONLY : 0));
        r0.memSize = (int) call.constant;
        r0.dynptrId = dynptr.id;
    }

    private static int scalarBytes(String type) {
        return switch (type) {
            case "bool", "char", "u8" -> 1;
            case "u16" -> 2;
            case "u64", "s64", "long", "size_t" -> 8;
            default -> 4;
        };
    }
}
