package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.helper.ArgType;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.memory.RawMemory;

/// Arguments of helper calls.
///
/// Kernel: `check_func_arg`.
final class ArgumentCheck {
    private static final int MAX_SIZE = 1 << 29;
    private static final int SPIN_LOCK = 93;
    private static final int PEEK = 89;

    private final Verification v;
    private final Precision precision;
    private final MemoryCheck memory;
    private final DynptrCheck dynptrs;
    private final LockCheck locks;
    private final KptrCheck kptrs;

    ArgumentCheck(Verification v, Precision precision, MemoryCheck memory, DynptrCheck dynptrs) {
        this.v = v;
        this.precision = precision;
        this.memory = memory;
        this.dynptrs = dynptrs;
        this.locks = new LockCheck(v);
        this.kptrs = new KptrCheck(v);
    }

    void check(HelperProto proto, int index, CallFacts call) {
        ArgType arg = valueType(proto.args().get(index), call);
        int number = index + 1;
        v.checkRead(number);
        if (arg == ArgType.ANYTHING) {
            v.checkLeak(number, "into helper function");
            return;
        }
        RegState reg = v.reg(number);
        if (reg.type.isPacket() && !(v.rules.readsPacket() && call.packetAccess)) {
            throw v.reject(Errno.EACCES, "helper access to the packet is not allowed");
        }
        if (reg.isNull() && arg.isNullable()) {
            precision.mark(number);
        } else {
            checkType(arg, number, reg);
            checkOffset(arg, number, reg);
        }
        if (arg.isReleased()) {
            checkReleased(arg, number, reg, call);
        }
        if (reg.refObjId != 0 && arg != ArgType.KPTR) {
            call.refObjId = reg.refObjId;
        }
        checkMeaning(proto, index, arg, number, reg, call);
    }

    // ---- types

    private static String[] expected(ArgType arg) {
        return switch (arg) {
            case MAP_KEY,
                    MAP_VALUE,
                    UNINIT_MAP_VALUE,
                    MAP_VALUE_OR_NULL,
                    MEM,
                    MEM_OR_NULL,
                    UNINIT_MEM,
                    WRITABLE_MEM,
                    WRITABLE_MEM_OR_NULL,
                    FIXED_MEM,
                    LONG_PTR,
                    INT_PTR ->
                    new String[] {
                        "fp",
                        "pkt",
                        "pkt_meta",
                        "map_key",
                        "map_value",
                        "mem",
                        "ringbuf_mem",
                        "buf",
                        "trusted_ptr_"
                    };
            case SCALAR, CONST_SIZE, CONST_SIZE_OR_ZERO, CONST_ALLOC_SIZE_OR_ZERO ->
                    new String[] {"scalar"};
            case CONST_MAP_PTR -> new String[] {"map_ptr"};
            case CTX, CTX_OR_NULL -> new String[] {"ctx"};
            case SOCK_COMMON -> new String[] {"sock_common", "sock", "tcp_sock", "xdp_sock"};
            case BTF_SOCK_COMMON, BTF_SOCK_COMMON_OR_NULL, BTF_SOCK_RELEASED ->
                    new String[] {
                        "sock_common", "sock", "tcp_sock", "xdp_sock", "ptr_", "trusted_ptr_"
                    };
            case SPIN_LOCK, KPTR -> new String[] {"map_value", "ptr_"};
            case PERCPU_BTF_ID ->
                    new String[] {"percpu_ptr_", "percpu_rcu_ptr_", "percpu_trusted_ptr_"};
            case TIMER, CONST_STR -> new String[] {"map_value"};
            case DYNPTR, DYNPTR_UNINIT, DYNPTR_RINGBUF_UNINIT, DYNPTR_RINGBUF ->
                    new String[] {"fp", "dynptr_ptr"};
            case RINGBUF_MEM -> new String[] {"ringbuf_mem"};
            case FUNC -> new String[] {"func"};
            case STACK_OR_NULL -> new String[] {"fp"};
            default -> new String[] {"ptr_", "trusted_ptr_", "rcu_ptr_"};
        };
    }

    /// A map of sockets takes a socket where others take memory.
    private ArgType valueType(ArgType arg, CallFacts call) {
        MapRef map = call.map;
        boolean sockets =
                map != null && (map.type() == MapType.SOCKMAP || map.type() == MapType.SOCKHASH);
        if (!sockets) {
            return arg;
        }
        return switch (arg) {
            case MAP_VALUE -> ArgType.BTF_SOCK_COMMON;
            case UNINIT_MAP_VALUE, MAP_VALUE_OR_NULL ->
                    throw v.reject(Errno.EINVAL, "invalid arg_type for sockmap/sockhash");
            default -> arg;
        };
    }

    private void checkType(ArgType arg, int number, RegState reg) {
        int flags = reg.flags;
        if (isMemory(arg)) {
            flags &= ~RegType.PACKET_SLICE;
            if (!arg.isWritten() && !isMapMemory(arg)) {
                flags &= ~RegType.RDONLY;
            }
        }
        if (arg.isNullable()) {
            flags &= ~RegType.MAYBE_NULL;
        }
        if (arg == ArgType.KPTR_RELEASED && reg.has(RegType.ALLOC)) {
            flags &= ~(RegType.ALLOC | RegType.PERCPU);
        }
        int own = arg == ArgType.SPIN_LOCK || arg == ArgType.KPTR ? RegType.ALLOC : 0;
        boolean known =
                (flags & (RegType.PACKET_SLICE | RegType.ALLOC | RegType.NON_OWN_REF))
                        == (reg.is(RegType.BTF_ID) ? own : 0);
        String type = reg.type.text(flags);
        String[] expected = expected(arg);
        for (String each : expected) {
            if (known && each.equals(type)) {
                return;
            }
        }
        throw v.reject(
                Errno.EACCES,
                "R%d type=%s expected=%s",
                number,
                reg.typeText(),
                String.join(", ", expected));
    }

    private static boolean isMemory(ArgType arg) {
        return arg.isRead() || arg.isSized() || arg == ArgType.LONG_PTR;
    }

    private static boolean isMapMemory(ArgType arg) {
        return switch (arg) {
            case MAP_KEY, MAP_VALUE, MAP_VALUE_OR_NULL, UNINIT_MAP_VALUE -> true;
            default -> false;
        };
    }

    private void checkOffset(ArgType arg, int number, RegState reg) {
        if (arg.isReleased()) {
            if (arg == ArgType.DYNPTR_RINGBUF && reg.isPlain(RegType.STACK)) {
                return;
            }
            if (reg.off != 0) {
                throw v.reject(
                        Errno.EINVAL,
                        "R%d must have zero offset when passed to release func or trusted arg to"
                                + " kfunc",
                        number);
            }
            memory.checkUnmodified(reg, number, false);
            return;
        }
        checkOffset(number, reg);
    }

    /// Pointers to memory may have any offset, those to objects none.
    void checkOffset(int number, RegState reg) {
        boolean free =
                switch (reg.type) {
                    case STACK, PACKET, PACKET_META, MAP_KEY, MAP_VALUE, SCALAR -> reg.flags == 0;
                    case MEM ->
                            reg.flags == 0
                                    || reg.flags == RegType.RDONLY
                                    || reg.flags == RegType.RINGBUF;
                    case BUF -> reg.flags == 0 || reg.flags == RegType.RDONLY;
                    default -> false;
                };
        if (!free) {
            memory.checkUnmodified(reg, number, reg.is(RegType.BTF_ID));
        }
    }

    private void checkReleased(ArgType arg, int number, RegState reg, CallFacts call) {
        if (arg == ArgType.DYNPTR_RINGBUF) {
            if (reg.is(RegType.DYNPTR)) {
                throw v.reject(Errno.EINVAL, "cannot release unowned const bpf_dynptr");
            }
            RegState dynptr = dynptrs.find(reg);
            if (dynptr == null || dynptr.refObjId == 0) {
                throw v.reject(Errno.EINVAL, "arg %d is an unacquired reference", number);
            }
        } else if (reg.refObjId == 0 && !reg.isNull()) {
            throw v.reject(
                    Errno.EINVAL, "R%d must be referenced when passed to release function", number);
        }
        call.releaseReg = number;
    }

    // ---- what each type stands for

    private void checkMeaning(
            HelperProto proto, int index, ArgType arg, int number, RegState reg, CallFacts call) {
        switch (arg) {
            case CONST_MAP_PTR -> checkMap(reg, call);
            case MAP_KEY -> checkKey(number, reg, call);
            case MAP_VALUE, UNINIT_MAP_VALUE, MAP_VALUE_OR_NULL ->
                    checkValue(arg, number, reg, call);
            case SPIN_LOCK -> locks.lock(number, proto.id() == SPIN_LOCK);
            case KPTR -> noteKptr(number, reg, call);
            case KPTR_RELEASED -> checkExchanged(number, reg, call);
            case PERCPU_BTF_ID -> {
                call.object = reg.copy();
                if (reg.btfId == 0) {
                    throw v.reject(Errno.EACCES, "Helper has invalid btf_id in R%d", number);
                }
            }
            case BTF_ID,
                    BTF_ID_OR_NULL,
                    BTF_SOCK_COMMON,
                    BTF_SOCK_COMMON_OR_NULL,
                    BTF_SOCK_RELEASED ->
                    checkObject(proto, arg, number, reg);
            case TIMER -> locks.timer(number, call);
            case FUNC -> call.subprog = reg.subprog;
            case MEM, MEM_OR_NULL, UNINIT_MEM, WRITABLE_MEM, WRITABLE_MEM_OR_NULL ->
                    call.raw = arg.isUninit();
            case FIXED_MEM -> {
                call.raw = false;
                memory.checkHelperMemory(number, proto.fixedSize(index), false, false, call);
            }
            case LONG_PTR -> checkNumber(number, reg, 8, true, call);
            case INT_PTR -> checkNumber(number, reg, 4, false, call);
            case CONST_SIZE, CONST_SIZE_OR_ZERO ->
                    checkSize(
                            number,
                            reg,
                            proto.args().get(index - 1).isWritten(),
                            arg == ArgType.CONST_SIZE_OR_ZERO,
                            call);
            case CONST_ALLOC_SIZE_OR_ZERO -> checkAllocSize(number, reg, call);
            case DYNPTR -> dynptrs.checkInitialized(reg, number, null);
            case DYNPTR_RINGBUF -> dynptrs.checkInitialized(reg, number, DynptrType.RINGBUF);
            case DYNPTR_UNINIT -> makeDynptr(number, reg, DynptrType.LOCAL);
            case DYNPTR_RINGBUF_UNINIT -> makeDynptr(number, reg, DynptrType.RINGBUF);
            case CONST_STR -> checkString(number, reg);
            default -> {}
        }
    }

    private void noteKptr(int number, RegState reg, CallFacts call) {
        MapSpec.SpecialField field = kptrs.exchanged(number, reg);
        call.kptr = field;
        call.kptrTypes = ObjectTypes.typesOf(reg);
        call.percpu = field.kind().equals("percpu_kptr");
        call.pointee = kptrs.pointee(field, call.kptrTypes);
    }

    private void checkExchanged(int number, RegState reg, CallFacts call) {
        MapSpec.SpecialField field = call.kptr;
        if (reg.isNull() || field == null) {
            return;
        }
        if (reg.mayBeNull()) {
            throw v.reject(Errno.EACCES, "Possibly NULL pointer passed to helper arg%d", number);
        }
        kptrs.match(field, reg, number, call.kptrTypes);
    }

    /// A kernel object of the type that the helper names.
    private void checkObject(HelperProto proto, ArgType arg, int number, RegState reg) {
        if (!reg.is(RegType.BTF_ID)) {
            return;
        }
        if (reg.mayBeNull() && (!arg.isNullable() || arg.isReleased())) {
            throw v.reject(Errno.EACCES, "Possibly NULL pointer passed to helper arg%d", number);
        }
        boolean socket = arg.name().startsWith("BTF_SOCK");
        String wanted = socket ? "sock_common" : String.valueOf(proto.btfType());
        if (!StructWalk.matches(
                v, reg.btf, reg.btfId, reg.off, v.kernel.all(), v.kernel.struct(wanted), false)) {
            throw v.reject(
                    Errno.EACCES, "R%d is of another type but %s is expected", number, wanted);
        }
    }

    private void checkMap(RegState reg, CallFacts call) {
        MapRef map = MemoryCheck.mapOf(reg);
        if (call.map != null && (call.map != map || call.mapUid != reg.mapUid)) {
            throw v.reject(
                    Errno.EINVAL,
                    "timer pointer in R1 map_uid=%d doesn't match map pointer in R2 map_uid=%d",
                    call.mapUid,
                    reg.mapUid);
        }
        call.map = map;
        call.mapUid = reg.mapUid;
    }

    private void checkKey(int number, RegState reg, CallFacts call) {
        MapRef map = call.map;
        if (map == null) {
            throw v.reject(Errno.EACCES, "invalid map_ptr to access map->key");
        }
        memory.checkHelperMemory(number, map.keySize(), false, false, null);
        if (map.type() == MapType.ARRAY || map.type() == MapType.PERCPU_ARRAY) {
            call.constantKey = constantKey(reg, map.keySize());
        }
    }

    /// The key on the stack when it is always the same, or -1.
    private long constantKey(RegState pointer, int size) {
        if (!v.privilege.isCapable() || !pointer.is(RegType.STACK) || !pointer.var.isConst()) {
            return -1;
        }
        int off = pointer.off + (int) pointer.var.value();
        int number = (-off - 1) / StackSlot.BYTES;
        int index = (-off - 1) % StackSlot.BYTES;
        StackSlot slot = v.frameOf(pointer).slot(number);
        if (run(slot, index, StackSlot.ZERO) >= size) {
            return 0;
        }
        if (!slot.isSpilledScalar()
                || run(slot, index, StackSlot.SPILL) != size
                || !slot.reg().var.isConst()) {
            return -1;
        }
        precision.markSlot(pointer.frame, number);
        return slot.reg().var.value();
    }

    private static int run(StackSlot slot, int from, int kind) {
        int count = 0;
        for (int i = from; i >= 0 && slot.kind(i) == kind; i--) {
            count++;
        }
        return count;
    }

    private void checkValue(ArgType arg, int number, RegState reg, CallFacts call) {
        if (arg.isNullable() && reg.isNull()) {
            return;
        }
        MapRef map = call.map;
        if (map == null) {
            throw v.reject(Errno.EACCES, "invalid map_ptr to access map->value");
        }
        boolean bloomPeek = map.type() == MapType.BLOOM_FILTER && call.helper == PEEK;
        call.raw = arg.isUninit() && !bloomPeek;
        memory.checkHelperMemory(
                number, map.valueSize(), arg.isWritten() && !bloomPeek, false, call);
    }

    private void checkNumber(int number, RegState reg, int size, boolean uninit, CallFacts call) {
        call.raw = uninit;
        memory.checkHelperMemory(number, size, true, false, call);
        memory.checkAlignment(reg, 0, size, true);
    }

    void checkSize(int number, RegState reg, boolean write, boolean zeroAllowed, CallFacts call) {
        call.maxSize = reg.umax;
        if (reg.smin < 0) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d min value is negative, either use unsigned or 'var &= const'",
                    number);
        }
        if (reg.umin == 0 && !zeroAllowed) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d invalid zero-sized read: u64=[%d,%d]",
                    number,
                    reg.umin,
                    reg.umax);
        }
        if (Long.compareUnsigned(reg.umax, MAX_SIZE) >= 0) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d unbounded memory access, use 'var &= const' or 'if (var < const)'",
                    number);
        }
        memory.checkHelperMemory(
                number - 1, (int) reg.umax, write, zeroAllowed, reg.var.isConst() ? call : null);
        precision.mark(number);
    }

    private void checkAllocSize(int number, RegState reg, CallFacts call) {
        if (!reg.var.isConst()) {
            throw v.reject(Errno.EACCES, "R%d is not a known constant'", number);
        }
        call.memSize = reg.var.value();
        precision.mark(number);
    }

    private void makeDynptr(int number, RegState reg, DynptrType type) {
        dynptrs.checkRoom(reg, number);
        for (int i = 0; i < 2; i++) {
            memory.check(number, i * 8, 8, true, StackCheck.NO_REG, false, false);
        }
        dynptrs.create(reg, type, 0);
    }

    void checkString(int number, RegState reg) {
        MapRef map = MemoryCheck.mapOf(reg);
        if (!map.isConstant()) {
            throw v.reject(Errno.EACCES, "R%d does not point to a readonly map'", number);
        }
        if (!reg.var.isConst()) {
            throw v.reject(Errno.EACCES, "R%d is not a constant address'", number);
        }
        var live = map.live();
        if (live == null || !map.hasDirectValues()) {
            throw v.reject(Errno.EACCES, "no direct value access support for this map type");
        }
        memory.checkMapRange(number, reg.off, map.valueSize() - reg.off, false, true);
        for (long i = reg.off + reg.var.value(); i < map.valueSize(); i++) {
            if (RawMemory.u8(live.valueBase() + i) == 0) {
                return;
            }
        }
        throw v.reject(Errno.EINVAL, "string is not zero-terminated");
    }
}
