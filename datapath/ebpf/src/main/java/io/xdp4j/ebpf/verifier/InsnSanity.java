package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.MapFlags;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Checks of single instructions before any path is followed: where functions begin, jumps within
/// their function, known opcodes, maps that exist.
///
/// Kernel: `add_subprog_and_kfunc`, `check_subprogs`, `resolve_pseudo_ldimm64`.
final class InsnSanity {
    private static final int MAX_SUBPROGRAMS = 256;
    static final int MAX_VAR_OFF = 1 << 29;
    private static final int TAIL_CALL = 12;

    private final Verification v;

    InsnSanity(Verification v) {
        this.v = v;
    }

    static boolean isSubprogramCall(Insn insn) {
        return insn.opcode() == (Opcode.JMP | Opcode.CALL) && insn.src() == Opcode.PSEUDO_CALL;
    }

    static boolean isHelperCall(Insn insn) {
        return insn.opcode() == (Opcode.JMP | Opcode.CALL) && insn.src() == Opcode.HELPER_CALL;
    }

    static boolean isKfuncCall(Insn insn) {
        return insn.opcode() == (Opcode.JMP | Opcode.CALL)
                && insn.src() == Opcode.PSEUDO_KFUNC_CALL;
    }

    static boolean isFunctionLoad(Insn insn) {
        return insn.isLoadImm64() && insn.src() == Opcode.PSEUDO_FUNC;
    }

    /// Offset of a jump, from the instruction behind it.
    static int jumpOffset(Insn insn) {
        return insn.opcode() == (Opcode.JMP32 | Opcode.JA) ? insn.imm() : insn.off();
    }

    static boolean isJumpClass(Insn insn) {
        return insn.opClass() == Opcode.JMP || insn.opClass() == Opcode.JMP32;
    }

    static int op(Insn insn) {
        return insn.opcode() & 0xf0;
    }

    static boolean isRegisterSource(Insn insn) {
        return (insn.opcode() & Opcode.X) != 0;
    }

    void findSubprograms() {
        TreeSet<Integer> starts = new TreeSet<>();
        starts.add(0);
        for (int i = 0; i < v.insns.length; i++) {
            Insn insn = v.insns[i];
            if (isSubprogramCall(insn) || isFunctionLoad(insn)) {
                checkMayHaveFunctions();
                int target = i + insn.imm() + 1;
                if (target < 0 || target >= v.insns.length) {
                    throw v.reject(Errno.EINVAL, "call to invalid destination");
                }
                starts.add(target);
                if (starts.size() > MAX_SUBPROGRAMS) {
                    throw v.reject(Errno.E2BIG, "too many subprograms");
                }
            }
        }
        int exceptionCallback = exceptionCallback();
        if (exceptionCallback > 0) {
            starts.add(exceptionCallback);
        }
        List<Subprogram> all = new ArrayList<>();
        for (int start : starts) {
            if (v.log.tracesAll()) {
                v.log.say("func#%d @%d\n", all.size(), start);
            }
            all.add(new Subprogram(start));
        }
        v.subprograms = new Subprograms(all, v.insns.length);
        if (exceptionCallback > 0) {
            v.exceptionCallback = v.subprograms.startingAt(exceptionCallback);
            Subprogram callback = v.subprograms.get(v.exceptionCallback);
            callback.isCallback = true;
            callback.isAsyncCallback = true;
            callback.isExceptionCallback = true;
        }
    }

    /// First instruction of the function that a declaration tag names, 0 for none.
    private int exceptionCallback() {
        BtfSpec btf = v.program.btf();
        List<LinkedProgram.FuncInfo> functions = v.program.funcInfo();
        if (btf == null || functions.isEmpty()) {
            return 0;
        }
        List<String> names = btf.tags(functions.getFirst().typeId(), -1, "exception_callback:");
        if (names.isEmpty()) {
            return 0;
        }
        if (names.size() > 1) {
            throw v.reject(Errno.EEXIST, "multiple exception callback tags for main subprog");
        }
        String name = names.getFirst();
        int id = btf.idOf(BtfType.Func.class, name);
        if (id == 0) {
            throw v.reject(Errno.ENOENT, "exception callback '%s' could not be found in BTF", name);
        }
        if (((BtfType.Func) btf.type(id)).linkage() != BtfType.Linkage.GLOBAL) {
            throw v.reject(Errno.EINVAL, "exception callback '%s' must have global linkage", name);
        }
        for (LinkedProgram.FuncInfo function : functions) {
            if (function.typeId() == id
                    && function.insn() > 0
                    && function.insn() < v.insns.length) {
                return function.insn();
            }
        }
        throw v.reject(Errno.EINVAL, "exception callback type id not found in func_info");
    }

    /// Kernel functions are looked up before any path is followed.
    void checkKfuncs() {
        for (Insn insn : v.insns) {
            if (isKfuncCall(insn)) {
                checkKfunc(insn);
            }
        }
    }

    private void checkMayHaveFunctions() {
        if (!v.privilege.isCapable()) {
            throw v.reject(
                    Errno.EPERM,
                    "loading/calling other bpf or kernel functions are allowed for CAP_BPF and"
                            + " CAP_SYS_ADMIN");
        }
    }

    private void checkKfunc(Insn insn) {
        checkMayHaveFunctions();
        if (!v.program.isGplCompatible()) {
            throw v.reject(
                    Errno.EINVAL, "cannot call kernel function from non-GPL compatible program");
        }
        if (insn.imm() == 0 && insn.off() == 0) {
            return; // refused later, unless no path leads there
        }
        if (insn.off() != 0) {
            throw v.reject(Errno.EINVAL, "failed to find BTF for kernel function");
        }
        String name = v.kfuncName(insn);
        if (name.isEmpty()) {
            throw v.reject(Errno.EINVAL, "kernel btf_id %d is not a function", insn.imm());
        }
        // metadata of received frames is a device's
        if (!v.options.deviceBound()
                && v.program.type() == ProgramType.XDP
                && name.startsWith("bpf_xdp_metadata_rx_")) {
            throw v.reject(Errno.EINVAL, "metadata kfuncs require device-bound program");
        }
    }

    void checkSubprograms() {
        for (int number = 0; number < v.subprograms.count(); number++) {
            Subprogram subprogram = v.subprograms.get(number);
            for (int i = subprogram.start; i < subprogram.end; i++) {
                checkInSubprogram(i, subprogram);
            }
            int last = v.insns[subprogram.end - 1].opcode();
            if (last != (Opcode.JMP | Opcode.EXIT)
                    && last != (Opcode.JMP32 | Opcode.JA)
                    && last != (Opcode.JMP | Opcode.JA)) {
                throw v.reject(Errno.EINVAL, "last insn is not an exit or jmp");
            }
        }
    }

    private void checkInSubprogram(int index, Subprogram subprogram) {
        Insn insn = v.insns[index];
        if (isHelperCall(insn) && insn.imm() == TAIL_CALL) {
            subprogram.hasTailCall = true;
        }
        int mode = insn.opcode() & 0xe0;
        if (insn.opClass() == Opcode.LD && (mode == Opcode.ABS || mode == Opcode.IND)) {
            subprogram.hasLoadAbs = true;
        }
        if (!isJumpClass(insn) || op(insn) == Opcode.EXIT || op(insn) == Opcode.CALL) {
            return;
        }
        int target = index + jumpOffset(insn) + 1;
        if (target < subprogram.start || target >= subprogram.end) {
            throw v.reject(Errno.EINVAL, "jump out of range from insn %d to %d", index, target);
        }
    }

    void checkAbnormalReturn() {
        for (int i = 1; i < v.subprograms.count(); i++) {
            if (v.subprograms.get(i).hasLoadAbs) {
                throw v.reject(Errno.EINVAL, "LD_ABS is not allowed in subprogs without BTF");
            }
            if (v.subprograms.get(i).hasTailCall) {
                throw v.reject(Errno.EINVAL, "tail_call is not allowed in subprogs without BTF");
            }
        }
    }

    void checkLoads() {
        for (int i = 0; i < v.insns.length; i++) {
            Insn insn = v.insns[i];
            int mode = insn.opcode() & 0xe0;
            if (insn.opClass() == Opcode.LDX
                    && ((mode != Opcode.MEM && mode != Opcode.MEMSX) || insn.imm() != 0)) {
                throw v.reject(Errno.EINVAL, "BPF_LDX uses reserved fields");
            }
            if (insn.isLoadImm64()) {
                checkWide(i);
                i++;
            } else if (!isKnown(insn.opcode())) {
                throw v.reject(Errno.EINVAL, "unknown opcode %02x", insn.opcode());
            }
        }
    }

    private void checkWide(int index) {
        Insn insn = v.insns[index];
        Insn second = index + 1 < v.insns.length ? v.insns[index + 1] : null;
        if (second == null
                || second.opcode() != 0
                || second.dst() != 0
                || second.src() != 0
                || second.off() != 0) {
            throw v.reject(Errno.EINVAL, "invalid bpf_ld_imm64 insn");
        }
        switch (insn.src()) {
            case 0, Opcode.PSEUDO_FUNC -> {}
            case Opcode.PSEUDO_BTF_ID ->
                    throw v.reject(
                            Errno.EINVAL, "ldimm64 insn specifies invalid btf_id %d.", insn.imm());
            case Opcode.PSEUDO_MAP_FD, Opcode.PSEUDO_MAP_IDX -> {
                if (second.imm() != 0) {
                    throw v.reject(Errno.EINVAL, "unrecognized bpf_ld_imm64 insn");
                }
                checkMap(index);
            }
            case Opcode.PSEUDO_MAP_VALUE, Opcode.PSEUDO_MAP_IDX_VALUE -> {
                checkMap(index);
                checkDirectValue(index, second.imm());
            }
            default -> throw v.reject(Errno.EINVAL, "unrecognized bpf_ld_imm64 insn");
        }
    }

    private void checkMap(int index) {
        int fd = v.insns[index].imm();
        MapRef map = v.map(fd);
        if (map == null) {
            throw v.reject(Errno.EBADF, "fd %d is not pointing to valid bpf_map", fd);
        }
        if (map.hasField("bpf_spin_lock") && v.program.type() == ProgramType.SOCKET_FILTER) {
            throw v.reject(Errno.EINVAL, "socket filter progs cannot use bpf_spin_lock yet");
        }
        v.facts.map[index] = map;
    }

    private void checkDirectValue(int index, int off) {
        MapRef map = v.map(v.insns[index].imm());
        if (map == null) {
            return;
        }
        if (Integer.compareUnsigned(off, MAX_VAR_OFF) >= 0) {
            throw v.reject(
                    Errno.EINVAL,
                    "direct value offset of %s is not allowed",
                    Integer.toUnsignedString(off));
        }
        if (map.type() != MapType.ARRAY || (map.spec().flags() & MapFlags.INNER_MAP) != 0) {
            throw v.reject(Errno.EINVAL, "no direct value access support for this map type");
        }
        boolean single = map.spec().maxEntries() == 1;
        if (!single || off >= map.valueSize()) {
            throw v.reject(
                    single ? Errno.EINVAL : Errno.ENOTSUPP,
                    "invalid access to map value pointer, value_size=%d off=%d",
                    map.valueSize(),
                    off);
        }
    }

    /// True for opcodes that programs may contain.
    private static boolean isKnown(int opcode) {
        int op = opcode & 0xf0;
        return switch (opcode & 0x07) {
            case Opcode.ALU, Opcode.ALU64 -> isKnownAlu(opcode, op);
            case Opcode.JMP ->
                    switch (op) {
                        case Opcode.JA, Opcode.EXIT, Opcode.CALL, Opcode.JCOND ->
                                (opcode & Opcode.X) == 0;
                        case 0xf0 -> false;
                        default -> true;
                    };
            case Opcode.JMP32 ->
                    switch (op) {
                        case Opcode.JA -> (opcode & Opcode.X) == 0;
                        case Opcode.EXIT, Opcode.CALL, Opcode.JCOND, 0xf0 -> false;
                        default -> true;
                    };
            case Opcode.LD -> isKnownLoad(opcode);
            case Opcode.LDX -> {
                int mode = opcode & 0xe0;
                yield mode == Opcode.MEM || (mode == Opcode.MEMSX && (opcode & 0x18) != Opcode.DW);
            }
            case Opcode.ST -> (opcode & 0xe0) == Opcode.MEM;
            default -> (opcode & 0xe0) == Opcode.MEM || (opcode & 0xe0) == Opcode.ATOMIC;
        };
    }

    private static boolean isKnownAlu(int opcode, int op) {
        boolean wide = (opcode & 0x07) == Opcode.ALU64;
        boolean register = (opcode & Opcode.X) != 0;
        return switch (op) {
            case Opcode.NEG -> !register;
            case Opcode.END -> !wide || !register;
            case 0xe0, 0xf0 -> false;
            default -> true;
        };
    }

    private static boolean isKnownLoad(int opcode) {
        int mode = opcode & 0xe0;
        if (mode == Opcode.ABS || mode == Opcode.IND) {
            return (opcode & 0x18) != Opcode.DW;
        }
        return opcode == Opcode.LD_IMM64;
    }

    /// Sleepable programs exist for tracing types only.
    void checkSleepable() {
        if (v.hasFlag(LinkedProgram.Flag.SLEEPABLE)) {
            throw v.reject(
                    Errno.EINVAL,
                    "Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be"
                            + " sleepable");
        }
    }
}
