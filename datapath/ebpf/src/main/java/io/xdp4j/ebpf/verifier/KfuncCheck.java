package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
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
        int releaseReg;
        int callback;
        final GraphCheck.Facts graph = new GraphCheck.Facts();

        /// The map of a work queue.
        final CallFacts queue = new CallFacts(0, false);

        Call(KfuncProto proto) {
            this.proto = proto;
        }
    }

    private static final int MAX_ERRNO = 4095;

    private final Verification v;
    private final Precision precision;
    private final MemoryCheck memory;
    private final DynptrCheck dynptrs;
    private final ArgumentCheck arguments;
    private final IteratorCheck iterators;
    private final CallCheck calls;
    private final References references;
    private final GraphCheck graphs;
    private final CallbackCheck callbacks;
    private final PendingBranches pending;
    private final LockCheck locks;

    KfuncCheck(
            Verification v,
            Precision precision,
            MemoryCheck memory,
            DynptrCheck dynptrs,
            ArgumentCheck arguments,
            IteratorCheck iterators,
            CallCheck calls,
            References references,
            CallbackCheck callbacks,
            PendingBranches pending) {
        this.v = v;
        this.precision = precision;
        this.memory = memory;
        this.dynptrs = dynptrs;
        this.arguments = arguments;
        this.iterators = iterators;
        this.calls = calls;
        this.references = references;
        this.graphs = new GraphCheck(v, references, memory);
        this.callbacks = callbacks;
        this.pending = pending;
        this.locks = new LockCheck(v);
    }

    void check(Insn insn) {
        KfuncProto proto = find(insn);
        if (proto.has(Flag.ITER_NEXT)) {
            v.facts.iteratorNext.set(v.insn);
        }
        Call call = new Call(proto);
        if (isResilientLock(proto.name())) {
            pushFailedLock();
        }
        for (int i = 0; i < proto.args().size(); i++) {
            checkArgument(call, i);
        }
        if (proto.has(Flag.RELEASE) && call.releaseReg == 0) {
            throw v.reject(
                    Errno.EINVAL,
                    "release kernel function %s expects refcounted PTR_TO_BTF_ID",
                    proto.name());
        }
        RegState root = call.graph.root == null ? null : call.graph.rootOwner;
        if (proto.name().equals("bpf_rbtree_add_impl") && root != null) {
            callbacks.pushTree(call.callback, call.graph);
        }
        if (proto.name().equals("bpf_wq_set_callback_impl")) {
            callbacks.pushWork(call.callback);
        }
        enterOrLeave(proto.name());
        if (call.releaseReg > 0 && !references.release(v.reg(call.releaseReg).refObjId)) {
            throw v.reject(
                    Errno.EINVAL, "kfunc %s reference has not been acquired before", proto.name());
        }
        graphs.apply(proto.name());
        if (isThrow(v, insn) && v.exceptionCallback == 0) {
            calls.checkCookie();
        }
        for (int r = 0; r <= 5; r++) {
            v.reg(r).markNotInit();
            v.scratched.reg(r);
        }
        setResult(call);
        if (proto.has(Flag.ITER_NEXT)) {
            iterators.next(call.iteratorFrame, call.iteratorSlot);
        }
    }

    /// True for the call that leaves the program.
    static boolean isThrow(Verification v, Insn insn) {
        return InsnSanity.isKfuncCall(insn) && v.kfuncName(insn).equals("bpf_throw");
    }

    private KfuncProto find(Insn insn) {
        String name = v.kfuncName(insn);
        KfuncProto proto = v.rules.kfunc(name);
        if (proto == null) {
            if (name.isEmpty()) {
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
            if (call.proto.has(Flag.RELEASE)) {
                call.releaseReg = number;
            }
        }
        switch (arg.kind()) {
            case SCALAR -> checkScalar(number, reg);
            case CONSTANT -> checkConstant(call, number, reg);
            case SIZE -> checkScalar(number, reg);
            case CONST_SIZE -> checkConstant(call, number, reg);
            case CTX -> checkContext(arg, index, number, reg);
            case MAP -> checkMap(call, number, reg);
            case WORK_QUEUE -> {
                if (!reg.isPlain(RegType.MAP_VALUE)) {
                    throw v.reject(Errno.EINVAL, "arg#%d doesn't point to a map value", index);
                }
                locks.managed("bpf_wq", number, call.queue);
            }
            case RES_SPIN_LOCK ->
                    locks.resilient(
                            number,
                            isResilientLock(call.proto.name()),
                            call.proto.name().contains("irq"));
            case IRQ_FLAG -> checkIrqFlag(call.proto.name(), number, reg);
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
            case LIST_HEAD, LIST_NODE, RB_ROOT, RB_NODE, REFCOUNTED, ALLOCATED ->
                    graphs.check(call.proto.name(), arg.kind(), number, reg, call.graph);
            case BTF_ID -> checkObject(call, arg, number, reg);
            case CALLBACK -> {
                if (!reg.is(RegType.FUNC)) {
                    throw v.reject(Errno.EINVAL, "arg%d expected pointer to func", index);
                }
                call.callback = reg.subprog;
            }
            default ->
                    throw v.reject(
                            Errno.EOPNOTSUPP,
                            "kernel function %s: argument %d of type %s is not supported",
                            call.proto.name(),
                            number,
                            arg.type());
        }
    }

    /// A kernel object of the type that the declaration names.
    private void checkObject(Call call, KfuncArg arg, int number, RegState reg) {
        boolean rcu = call.proto.has(Flag.RCU);
        boolean trusted =
                reg.refObjId != 0
                        || reg.type.isSocket()
                        || (reg.has(RegType.ALLOC | RegType.TRUSTED | RegType.NON_OWN_REF)
                                && !reg.has(RegType.UNTRUSTED | RegType.PERCPU));
        if ((call.proto.has(Flag.TRUSTED_ARGS) || rcu) && !trusted) {
            if (!rcu) {
                throw v.reject(Errno.EINVAL, "R%d must be referenced or trusted", number);
            }
            if (!reg.has(RegType.RCU)) {
                throw v.reject(Errno.EINVAL, "R%d must be a rcu pointer", number);
            }
        }
        memory.checkUnmodified(reg, number, !call.proto.has(Flag.RELEASE));
        boolean unsafe =
                reg.has(RegType.UNTRUSTED | RegType.PERCPU | RegType.MAYBE_NULL)
                        && !reg.has(RegType.RCU);
        if ((!reg.is(RegType.BTF_ID) || unsafe) && !reg.type.isSocket()) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#%d is %s expected %s or socket",
                    number - 1,
                    reg.typeText(),
                    arg.type());
        }
        if (reg.type.isSocket()) {
            return;
        }
        boolean strict = call.proto.has(Flag.TRUSTED_ARGS) && call.proto.has(Flag.RELEASE);
        if (!StructWalk.matches(
                v,
                reg.btf,
                reg.btfId,
                reg.off,
                v.kernel.all(),
                v.kernel.struct(arg.type()),
                strict)) {
            throw v.reject(
                    Errno.EINVAL,
                    "kernel function %s args#%d expected pointer to STRUCT %s but R%d has another",
                    call.proto.name(),
                    number - 1,
                    arg.type(),
                    number);
        }
    }

    private static boolean isNumber(KfuncArg arg) {
        return switch (arg.kind()) {
            case SCALAR, CONSTANT, SIZE, CONST_SIZE -> true;
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

    private void checkContext(KfuncArg arg, int index, int number, RegState reg) {
        boolean any = arg.type().equals("xdp_md");
        if (!any && !arg.type().equals(v.rules.contextStruct())) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#%d pointer type STRUCT %s must point to scalar, or struct with scalar",
                    index,
                    arg.type());
        }
        arguments.checkOffset(number, reg);
        if (!reg.isPlain(RegType.CTX)) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#%d expected pointer to ctx, but got %s",
                    index,
                    reg.typeText());
        }
    }

    private static boolean isResilientLock(String name) {
        return name.equals("bpf_res_spin_lock") || name.equals("bpf_res_spin_lock_irqsave");
    }

    /// One more way on: the lock could not be taken.
    private void pushFailedLock() {
        FrameState failed = pending.push(v.insn + 1, v.insn).top();
        for (int r = 0; r <= 5; r++) {
            failed.reg(r).markNotInit();
        }
        RegState r0 = failed.reg(0);
        r0.markUnknown();
        r0.s32min = -MAX_ERRNO;
        r0.s32max = -1;
        r0.smin = -MAX_ERRNO;
        r0.smax = -1;
        Bounds.sync(r0);
    }

    /// Where a saved interrupt state is kept: a slot on the stack that only these calls may touch.
    private void checkIrqFlag(String name, int number, RegState reg) {
        if (!reg.isPlain(RegType.STACK)) {
            throw v.reject(
                    Errno.EINVAL, "arg#%d doesn't point to an irq flag on stack", number - 1);
        }
        String kind = name.contains("res_spin") ? "bpf_irq_lock" : "bpf_irq_flag";
        if (name.endsWith("save")) {
            iterators.checkRoom(reg, kind, number);
            memory.check(number, 0, 8, true, StackCheck.NO_REG, false, false);
            iterators.create(reg, kind, false);
            return;
        }
        int slot = iterators.checkInitialized(reg, kind, number);
        iterators.checkLastSaved(v.frameOf(reg).slot(slot).reg().refObjId);
        iterators.destroy(reg, kind);
    }

    private void checkMap(Call call, int number, RegState reg) {
        if (reg.map == null || !reg.isPlain(RegType.MAP_PTR)) {
            throw v.reject(Errno.EINVAL, "pointer in R%d isn't map pointer", number);
        }
        boolean other = reg.map != call.queue.map || reg.mapUid != call.queue.mapUid;
        if (call.queue.map != null && other) {
            throw v.reject(
                    Errno.EINVAL,
                    "workqueue pointer in R1 map_uid=%d doesn't match map pointer in R2 map_uid=%d",
                    call.queue.mapUid,
                    reg.mapUid);
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
            iterators.create(reg, arg.type(), call.proto.has(Flag.RCU_PROTECTED));
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
                refuseInTreeCallback();
                if (state.rcuLocks > 0) {
                    throw v.reject(Errno.EINVAL, "nested rcu read lock (kernel function %s)", name);
                }
                state.rcuLocks++;
            }
            case "bpf_rcu_read_unlock" -> {
                refuseInTreeCallback();
                if (state.rcuLocks == 0) {
                    throw v.reject(
                            Errno.EINVAL, "unmatched rcu read unlock (kernel function %s)", name);
                }
                state.rcuLocks--;
                state.forEachReg(KfuncCheck::distrust);
                state.forEachIterator(KfuncCheck::distrust);
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

    private void refuseInTreeCallback() {
        if (v.state().rcuLocks > 0 && GraphCheck.inTreeCallback(v)) {
            throw v.reject(
                    Errno.EACCES,
                    "Calling bpf_rcu_read_{lock,unlock} in unnecessary rbtree callback");
        }
    }

    /// What a read section protected may be gone.
    private static void distrust(RegState reg) {
        if (reg.has(RegType.RCU)) {
            reg.flags &= ~(RegType.RCU | RegType.MAYBE_NULL);
            reg.flags |= RegType.UNTRUSTED;
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
                if (isResilientLock(call.proto.name())) {
                    r0.markConst(0);
                }
                return;
            }
            case SCALAR_PTR -> {
                r0.markPointer(RegType.MEM, RegType.RDONLY);
                r0.memSize = scalarBytes(call.proto.returnType());
                r0.refObjId = call.refObjId;
            }
            case UNTYPED_PTR, BTF_ID -> setPointer(call, r0);
        }
        boolean nullable = call.proto.has(Flag.RET_NULL) && !call.graph.owned;
        if (nullable) {
            r0.flags |= RegType.MAYBE_NULL;
            r0.id = v.newId();
        }
        if (call.proto.has(Flag.ACQUIRE)) {
            int reference = v.newId();
            v.state().acquire(reference, v.insn);
            if (nullable) {
                r0.id = reference;
            }
            r0.refObjId = reference;
        } else if (call.graph.root != null) {
            v.objects.markNonOwning(r0);
        }
        if (r0.id == 0 && v.objects.hasLock(r0)) {
            r0.id = v.newId();
        }
    }

    private void setPointer(Call call, RegState r0) {
        String name = call.proto.name();
        if (graphs.setResult(name, call.graph, call.constant, r0)) {
            return;
        }
        switch (name) {
            case "bpf_cast_to_kern_ctx" ->
                    ObjectTypes.markObject(
                            r0,
                            RegType.TRUSTED,
                            v.kernel.all(),
                            v.kernel.struct(v.rules.kernelContext()));
            case "bpf_rdonly_cast" -> setCast(call.constant, r0);
            case "bpf_dynptr_slice", "bpf_dynptr_slice_rdwr" -> setSlice(call, r0);
            default -> {
                int flags = call.proto.has(Flag.RCU_PROTECTED) ? RegType.RCU : 0;
                if (call.proto.has(Flag.ITER_NEXT)) {
                    boolean rcu = iterators.isProtected(call.iteratorFrame, call.iteratorSlot);
                    flags |= rcu ? RegType.RCU : RegType.TRUSTED;
                }
                ObjectTypes.markObject(
                        r0, flags, v.kernel.all(), v.kernel.struct(call.proto.returnType()));
            }
        }
    }

    private void setCast(long type, RegState r0) {
        BtfSpec types = v.kernel.all();
        if (type == 0) {
            r0.markPointer(RegType.MEM, RegType.RDONLY | RegType.UNTRUSTED);
            return;
        }
        if (type < 0
                || type >= types.count()
                || !(types.type((int) type) instanceof BtfType.Struct)) {
            throw v.reject(
                    Errno.EINVAL,
                    "kfunc bpf_rdonly_cast type ID argument must be of a struct or void");
        }
        ObjectTypes.markObject(r0, RegType.UNTRUSTED, types, (int) type);
    }

    private void setSlice(Call call, RegState r0) {
        RegState dynptr = call.dynptr;
        if (dynptr == null) {
            throw new IllegalStateException(call.proto.name() + " without a dynptr");
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
