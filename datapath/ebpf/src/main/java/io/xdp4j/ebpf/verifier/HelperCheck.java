package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.asm.HelperNames;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperProto.Trait;
import io.xdp4j.ebpf.helper.TextFormat;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.MapType;
import java.util.Set;

/// Calls of helpers.
///
/// Kernel: `check_helper_call`.
final class HelperCheck {
    private static final String SNPRINTF_SIZE = "R5 is not a known constant multiple of 8";
    private static final int LOOKUP = 1;
    private static final int UPDATE = 2;
    private static final int DELETE = 3;
    private static final int GET_SMP_PROCESSOR_ID = 8;
    private static final int TAIL_CALL = 12;
    private static final int REDIRECT_MAP = 51;

    /// Helpers whose result is an error, or at most the size they were given: `get_stack`,
    /// `get_task_stack` and the `probe_read_str` family.
    private static final Set<Integer> MEASURING = Set.of(45, 67, 114, 115, 141);

    private static final int GET_LOCAL_STORAGE = 81;
    private static final int PUSH = 87;
    private static final int POP = 88;
    private static final int PEEK = 89;
    private static final int SNPRINTF = 165;
    private static final int LOOKUP_PERCPU = 195;
    private static final int DYNPTR_FROM_MEM = 197;
    private static final int DYNPTR_WRITE = 202;
    private static final int DYNPTR_DATA = 203;
    private static final int MAX_HELPER = 211;
    private static final int MAX_ERRNO = 4095;

    private final Verification v;
    private final Precision precision;
    private final MemoryCheck memory;
    private final DynptrCheck dynptrs;
    private final References references;
    private final ArgumentCheck arguments;
    private final CallbackCheck callbacks;

    HelperCheck(
            Verification v,
            Precision precision,
            MemoryCheck memory,
            DynptrCheck dynptrs,
            References references,
            ArgumentCheck arguments,
            CallbackCheck callbacks) {
        this.v = v;
        this.precision = precision;
        this.memory = memory;
        this.dynptrs = dynptrs;
        this.references = references;
        this.arguments = arguments;
        this.callbacks = callbacks;
    }

    static String name(int helper) {
        String name = HelperNames.ALL.helper(helper);
        return name == null ? "unknown" : name;
    }

    void check(Insn insn) {
        HelperProto proto = find(insn.imm());
        CallFacts call = new CallFacts(proto.id(), proto.has(Trait.PACKET_ACCESS));
        for (int i = 0; i < proto.args().size(); i++) {
            arguments.check(proto, i, call);
        }
        noteMap(proto, call);
        noteTailCallIndex(proto, call);
        for (int i = 0; i < call.rawSize; i++) {
            memory.check(call.rawReg, i, 1, true, StackCheck.NO_REG, false, false);
        }
        release(proto, call);
        boolean writesPacket = checkSpecial(proto, call);
        for (int i = 0; i <= 5; i++) {
            v.reg(i).markNotInit();
            v.checkWrite(i);
        }
        ReturnValues.set(v, proto, call);
        refine(proto, call);
        MapRef map = call.map;
        if (map != null && !MapCompatibility.allows(map.type(), proto.id())) {
            throw v.reject(
                    Errno.EINVAL,
                    "cannot pass map_type %d into func %s#%d",
                    map.type().number(),
                    name(proto.id()),
                    proto.id());
        }
        boolean changes = writesPacket || proto.has(Trait.CHANGES_PACKET);
        if (changes && proto.id() != TAIL_CALL) {
            forgetPackets(v.state());
        }
    }

    private HelperProto find(int id) {
        if (id < 0 || id > MAX_HELPER) {
            throw v.reject(Errno.EINVAL, "invalid func unknown#%d", id);
        }
        HelperProto proto = v.rules.helper(id);
        if (proto == null || !v.privilege.mayCall(id)) {
            throw v.reject(
                    Errno.EINVAL, "program of this type cannot use helper %s#%d", name(id), id);
        }
        if (proto.has(Trait.GPL_ONLY) && !v.program.isGplCompatible()) {
            throw v.reject(
                    Errno.EINVAL,
                    "cannot call GPL-restricted function from non-GPL compatible program");
        }
        if (proto.has(Trait.MIGHT_SLEEP) && !v.inSleepable()) {
            throw v.reject(Errno.EINVAL, "helper call might sleep in a non-sleepable prog");
        }
        return proto;
    }

    private void noteMap(HelperProto proto, CallFacts call) {
        MapRef map = call.map;
        if (map == null) {
            return;
        }
        switch (proto.id()) {
            case LOOKUP,
                    UPDATE,
                    DELETE,
                    TAIL_CALL,
                    REDIRECT_MAP,
                    PUSH,
                    POP,
                    PEEK,
                    LOOKUP_PERCPU,
                    Callbacks.FOR_EACH_MAP_ELEM -> {
                boolean writes =
                        proto.id() == UPDATE
                                || proto.id() == DELETE
                                || proto.id() == PUSH
                                || proto.id() == POP;
                if (writes && !map.programMayWrite()) {
                    throw v.reject(Errno.EACCES, "write into map forbidden");
                }
            }
            default -> {}
        }
        v.facts.noteMap(v.insn, map);
        if (proto.id() == LOOKUP) {
            if (call.constantKey >= 0) {
                v.facts.noteKey(v.insn, call.constantKey);
            } else {
                v.facts.noteUnknownKey(v.insn);
            }
        }
    }

    private void noteTailCallIndex(HelperProto proto, CallFacts call) {
        if (proto.id() != TAIL_CALL) {
            return;
        }
        MapRef map = call.map;
        if (map == null || map.type() != MapType.PROG_ARRAY) {
            throw v.reject(Errno.EINVAL, "kernel subsystem misconfigured verifier");
        }
        RegState index = v.reg(3);
        long value = index.var.value();
        if (!index.isConst()
                || Long.compareUnsigned(value, map.spec().maxEntries() & 0xffff_ffffL) >= 0) {
            v.facts.noteUnknownKey(v.insn);
            return;
        }
        precision.mark(3);
        v.facts.noteKey(v.insn, value);
    }

    private void release(HelperProto proto, CallFacts call) {
        if (call.releaseReg == 0) {
            return;
        }
        RegState reg = v.reg(call.releaseReg);
        if (proto.args().get(call.releaseReg - 1).name().startsWith("DYNPTR")) {
            dynptrs.release(reg);
            return;
        }
        if (call.kptr != null && reg.refObjId != 0) {
            giveAway(reg.refObjId);
            return;
        }
        boolean released = call.refObjId != 0 ? references.release(call.refObjId) : reg.isNull();
        if (!released) {
            throw v.reject(
                    Errno.EINVAL,
                    "func %s#%d reference has not been acquired before",
                    name(proto.id()),
                    proto.id());
        }
    }

    /// An object put into a field: what each CPU has of it stays for the read section.
    private void giveAway(int id) {
        v.state()
                .forEachReg(reg -> {
                    if (reg.refObjId == id && reg.has(RegType.ALLOC) && reg.has(RegType.PERCPU)) {
                        reg.refObjId = 0;
                        reg.flags = (reg.flags & ~RegType.ALLOC) | RegType.RCU;
                    }
                });
        references.release(id);
    }

    /// Rules of single helpers; true when packet pointers become invalid.
    private boolean checkSpecial(HelperProto proto, CallFacts call) {
        switch (proto.id()) {
            case TAIL_CALL -> references.checkLeaks(false, true, "tail_call");
            case Callbacks.FOR_EACH_MAP_ELEM,
                    Callbacks.TIMER_SET_CALLBACK,
                    Callbacks.FIND_VMA,
                    Callbacks.USER_RINGBUF_DRAIN ->
                    callbacks.push(proto.id(), call);
            case Callbacks.LOOP -> checkLoop(call);
            case DYNPTR_FROM_MEM -> {
                if (!v.reg(1).isPlain(RegType.MAP_VALUE)) {
                    throw v.reject(
                            Errno.EACCES,
                            "Unsupported reg type %s for bpf_dynptr_from_mem data",
                            v.reg(1).typeText());
                }
            }
            case DYNPTR_DATA -> noteDynptr(v.reg(1), call);
            case DYNPTR_WRITE -> {
                RegState dynptr = dynptrs.find(v.reg(1));
                return dynptr != null && dynptr.dynptr == DynptrType.SKB;
            }
            case GET_LOCAL_STORAGE -> {
                if (!v.reg(2).isNull()) {
                    throw v.reject(
                            Errno.EINVAL, "get_local_storage() doesn't support non-zero flags");
                }
            }
            case SNPRINTF -> {
                if (v.reg(5).var.value() % 8 != 0) {
                    throw new Rejection(Errno.EINVAL, SNPRINTF_SIZE, SNPRINTF_SIZE);
                }
                checkFormat(v.reg(3), (int) (v.reg(5).var.value() / 8));
            }
            default -> {}
        }
        return false;
    }

    /// What `format` points to is constant: [ArgumentCheck#checkString] saw to that.
    private void checkFormat(RegState format, int args) {
        var live = MemoryCheck.mapOf(format).live();
        if (live != null
                && !TextFormat.accepts(live.valueBase() + format.off + format.var.value(), args)) {
            throw v.reject(Errno.EINVAL, "Invalid format string");
        }
    }

    private void noteDynptr(RegState pointer, CallFacts call) {
        RegState dynptr = dynptrs.find(pointer);
        if (dynptr != null) {
            call.dynptrId = dynptr.id;
            call.refObjId = dynptr.refObjId;
        }
    }

    private void checkLoop(CallFacts call) {
        if (v.reg(4).isNull()) {
            precision.mark(4);
        }
        precision.mark(1);
        FrameState frame = v.frame();
        if (Long.compareUnsigned(frame.callbackDepth, v.reg(1).umax) < 0) {
            callbacks.push(Callbacks.LOOP, call);
        } else {
            frame.callbackDepth = 0;
            if (v.log.tracesAll()) {
                v.log.say("frame%d bpf_loop iteration limit reached\n", v.state().depth());
            }
        }
    }

    private void refine(HelperProto proto, CallFacts call) {
        RegState result = v.reg(0);
        if (proto.id() == GET_SMP_PROCESSOR_ID) {
            long last = v.options.cpus() - 1L;
            result.umin = 0;
            result.umax = last;
            result.smin = 0;
            result.smax = last;
            result.u32min = 0;
            result.u32max = (int) last;
            result.s32min = 0;
            result.s32max = (int) last;
            Bounds.sync(result);
        } else if (MEASURING.contains(proto.id())) {
            result.smin = -MAX_ERRNO;
            result.s32min = -MAX_ERRNO;
            result.smax = call.maxSize;
            result.s32max = (int) call.maxSize;
            Bounds.sync(result);
        }
    }

    /// Packet pointers and slices of packets hold nothing of use any more.
    static void forgetPackets(VerifierState state) {
        state.forEachReg(reg -> {
            if (reg.type.isPacketOrEnd() || reg.has(RegType.PACKET_SLICE)) {
                reg.markUnknown();
            }
        });
    }
}
