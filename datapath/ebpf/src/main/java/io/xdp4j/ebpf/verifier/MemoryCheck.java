package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.program.LinkedProgram;
import org.jspecify.annotations.Nullable;

/// Loads and stores through pointers of every kind.
///
/// Kernel: `check_mem_access`.
final class MemoryCheck {
    static final int MAX_PACKET_OFF = 0xffff;

    private static final int NO_REG = StackCheck.NO_REG;

    private final Verification v;
    private final StackCheck stack;
    private final StructAccess objects;
    private final KptrCheck kptrs;
    private final boolean strict;

    MemoryCheck(Verification v, StackCheck stack) {
        this.v = v;
        this.stack = stack;
        this.objects = new StructAccess(v);
        this.kptrs = new KptrCheck(v);
        this.strict =
                v.hasFlag(LinkedProgram.Flag.STRICT_ALIGNMENT)
                        && !v.hasFlag(LinkedProgram.Flag.ANY_ALIGNMENT);
    }

    static int sizeOf(Insn insn) {
        return switch (insn.opcode() & 0x18) {
            case Opcode.W -> 4;
            case Opcode.H -> 2;
            case Opcode.B -> 1;
            default -> 8;
        };
    }

    /// One access of `size` bytes at `number + off`.
    ///
    /// @param value register that is stored or loaded into, -1 for none
    /// @param alignedOnly refuses unaligned access even where the machine could do it
    void check(
            int number,
            int insnOff,
            int size,
            boolean write,
            int value,
            boolean alignedOnly,
            boolean signExtends) {
        RegState reg = v.reg(number);
        checkAlignment(reg, insnOff, size, alignedOnly);
        int off = insnOff + reg.off;
        switch (reg.type) {
            case MAP_KEY -> accessMapKey(reg, number, off, size, write, value);
            case MAP_VALUE -> accessMapValue(reg, number, off, size, write, value, signExtends);
            case MEM -> accessMemory(reg, number, off, size, write, value);
            case CTX -> accessContext(reg, number, off, size, write, value, signExtends);
            case STACK -> {
                stack.checkBounds(number, off, size, write);
                if (write) {
                    stack.write(number, off, size, value);
                } else {
                    stack.read(number, off, size, value);
                }
            }
            case PACKET, PACKET_META -> accessPacket(number, off, size, write, value);
            case SOCKET, SOCK_COMMON, TCP_SOCK, XDP_SOCK ->
                    accessSocket(reg, number, off, size, write, value);
            case MAP_PTR -> accessMapPointer(reg, number, off, size, write, value);
            case BTF_ID -> objects.access(reg, number, off, size, write, value);
            default -> throw invalid(reg, number);
        }
        if (!write && size < StackSlot.BYTES && value >= 0 && v.reg(value).isScalar()) {
            if (signExtends) {
                Bounds.signExtend(v.reg(value), size);
            } else {
                Bounds.truncate(v.reg(value), size);
            }
        }
    }

    private Rejection invalid(RegState reg, int number) {
        return v.reject(Errno.EACCES, "R%d invalid mem access '%s'", number, reg.typeText());
    }

    private void loadUnknown(boolean write, int value) {
        if (!write && value >= 0) {
            v.reg(value).markUnknown();
        }
    }

    /// A store must not take an address to where others read it.
    private void checkStored(boolean write, int value, String whereTo) {
        if (write && value >= 0) {
            v.checkLeak(value, whereTo);
        }
    }

    // ---- alignment

    void checkAlignment(RegState reg, int off, int size, boolean alignedOnly) {
        boolean demanded = strict || alignedOnly || reg.is(RegType.STACK);
        if (!demanded || size == 1) {
            return;
        }
        if (reg.type.isPacket() && reg.flags == 0) {
            // where frames are aligned for the IP header, the packet starts 2 bytes off
            Tnum at = reg.var.plus(Tnum.of(2L + reg.off + off));
            if (!at.isAligned(size)) {
                throw v.reject(
                        Errno.EACCES,
                        "misaligned packet access off %d+%s+%d+%d size %d",
                        2,
                        reg.var,
                        reg.off,
                        off,
                        size);
            }
            return;
        }
        if (!reg.var.plus(Tnum.of(reg.off + off)).isAligned(size)) {
            throw v.reject(
                    Errno.EACCES,
                    "misaligned %saccess off %s+%d+%d size %d",
                    alignmentName(reg),
                    reg.var,
                    reg.off,
                    off,
                    size);
        }
    }

    private static String alignmentName(RegState reg) {
        if (reg.flags != 0) {
            return "";
        }
        return switch (reg.type) {
            case MAP_KEY -> "key ";
            case MAP_VALUE -> "value ";
            case CTX -> "context ";
            case STACK -> "stack ";
            case SOCKET -> "sock ";
            case SOCK_COMMON -> "sock_common ";
            case TCP_SOCK -> "tcp_sock ";
            case XDP_SOCK -> "xdp_sock ";
            default -> "";
        };
    }

    // ---- regions of known size

    /// The kernel compares offsets as 32-bit numbers.
    private static int toInt(long offset) {
        return (int) offset;
    }

    private static boolean isWithin(long off, int size, int limit, boolean zeroAllowed) {
        return off >= 0 && (size > 0 || (size == 0 && zeroAllowed)) && off + size <= limit;
    }

    private Rejection outside(RegState reg, int number, long off, int size, int limit) {
        int at = (int) off;
        if (reg.isPlain(RegType.MAP_KEY)) {
            return v.reject(
                    Errno.EACCES,
                    "invalid access to map key, key_size=%d off=%d size=%d",
                    limit,
                    at,
                    size);
        }
        if (reg.isPlain(RegType.MAP_VALUE)) {
            return v.reject(
                    Errno.EACCES,
                    "invalid access to map value, value_size=%d off=%d size=%d",
                    limit,
                    at,
                    size);
        }
        if (reg.type.isPacketOrEnd()) {
            return v.reject(
                    Errno.EACCES,
                    "invalid access to packet, off=%d size=%d, R%d(id=%d,off=%d,r=%d)",
                    at,
                    size,
                    number,
                    reg.id,
                    at,
                    limit);
        }
        return v.reject(
                Errno.EACCES,
                "invalid access to memory, mem_size=%s off=%d size=%d",
                Integer.toUnsignedString(limit),
                at,
                size);
    }

    /// A region of `limit` bytes, accessed at an offset that may vary.
    void checkRegion(int number, int off, int size, int limit, boolean zeroAllowed) {
        RegState reg = v.reg(number);
        if (reg.smin < 0
                && (reg.smin == Long.MIN_VALUE
                        || off + reg.smin != (int) (off + reg.smin)
                        || reg.smin + off < 0)) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d min value is negative, either use unsigned index or do a if (index >=0)"
                            + " check.",
                    number);
        }
        if (!isWithin(toInt(reg.smin + off), size, limit, zeroAllowed)) {
            Rejection why = outside(reg, number, reg.smin + off, size, limit);
            v.log.say("R%d min value is outside of the allowed memory range\n", number);
            throw why;
        }
        if (Long.compareUnsigned(reg.umax, InsnSanity.MAX_VAR_OFF) >= 0) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d unbounded memory access, make sure to bounds check any such access",
                    number);
        }
        if (!isWithin(toInt(reg.umax + off), size, limit, zeroAllowed)) {
            Rejection why = outside(reg, number, reg.umax + off, size, limit);
            v.log.say("R%d max value is outside of the allowed memory range\n", number);
            throw why;
        }
    }

    private void accessMapKey(
            RegState reg, int number, int off, int size, boolean write, int value) {
        if (write) {
            throw v.reject(Errno.EACCES, "write to change key R%d not allowed", number);
        }
        checkRegion(number, off, size, mapOf(reg).keySize(), false);
        loadUnknown(false, value);
    }

    static MapRef mapOf(RegState reg) {
        MapRef map = reg.map;
        if (map == null) {
            throw new IllegalStateException("a map pointer without a map");
        }
        return map;
    }

    private void accessMapValue(
            RegState reg,
            int number,
            int off,
            int size,
            boolean write,
            int value,
            boolean signExtends) {
        if (reg.mayBeNull()) {
            throw invalid(reg, number);
        }
        checkStored(write, value, "into map");
        MapRef map = mapOf(reg);
        checkMapPermission(map, off, size, write);
        MapSpec.SpecialField kptr = kptrs.at(reg, off, size);
        if (kptr != null) {
            checkRegion(number, off, size, map.valueSize(), false);
            kptrs.access(reg, kptr, off, size, write, value, v.insns[v.insn]);
            return;
        }
        checkMapRange(number, off, size, false, false);
        if (write || value < 0) {
            return;
        }
        BpfValue constant = constantAt(reg, map, off, size, signExtends);
        if (constant == null) {
            v.reg(value).markUnknown();
        } else {
            v.reg(value).markUnknown();
            v.reg(value).markConst(constant.bits());
        }
    }

    private record BpfValue(long bits) {}

    /// Contents of a map that nobody can change any more.
    private static @Nullable BpfValue constantAt(
            RegState reg, MapRef map, int off, int size, boolean signExtends) {
        if (!reg.var.isConst() || !map.isConstant() || !map.hasDirectValues()) {
            return null;
        }
        var live = map.live();
        if (live == null) {
            return null;
        }
        long address = live.valueBase() + off + reg.var.value();
        long bits =
                switch (size) {
                    case 1 -> signExtends ? (byte) RawMemory.u8(address) : RawMemory.u8(address);
                    case 2 ->
                            signExtends
                                    ? RawMemory.getShort(address)
                                    : RawMemory.getShort(address) & 0xffff;
                    case 4 ->
                            signExtends
                                    ? RawMemory.getInt(address)
                                    : RawMemory.getInt(address) & 0xffff_ffffL;
                    default -> RawMemory.getLong(address);
                };
        return new BpfValue(bits);
    }

    void checkMapPermission(MapRef map, int off, int size, boolean write) {
        if (write && !map.programMayWrite()) {
            throw v.reject(
                    Errno.EACCES,
                    "write into map forbidden, value_size=%d off=%d size=%d",
                    map.valueSize(),
                    off,
                    size);
        }
        if (!write && !map.programMayRead()) {
            throw v.reject(
                    Errno.EACCES,
                    "read from map forbidden, value_size=%d off=%d size=%d",
                    map.valueSize(),
                    off,
                    size);
        }
    }

    /// A map value at an offset that may vary, clear of the fields that the kernel manages.
    void checkMapRange(int number, int off, int size, boolean zeroAllowed, boolean byHelper) {
        RegState reg = v.reg(number);
        MapRef map = mapOf(reg);
        checkRegion(number, off, size, map.valueSize(), zeroAllowed);
        for (MapSpec.SpecialField field : map.spec().fields()) {
            if (reg.smin + off < field.offset() + field.size()
                    && Long.compareUnsigned(field.offset(), reg.umax + off + size) < 0) {
                throw touches(field, byHelper);
            }
        }
    }

    private Rejection touches(MapSpec.SpecialField field, boolean byHelper) {
        boolean kptr = field.kind().contains("kptr");
        if (kptr && byHelper) {
            return v.reject(
                    Errno.EACCES, "%s cannot be accessed indirectly by helper", field.kind());
        }
        return v.reject(Errno.EACCES, "%s cannot be accessed directly by load/store", field.kind());
    }

    private void accessMemory(
            RegState reg, int number, int off, int size, boolean write, int value) {
        if (reg.mayBeNull()) {
            throw invalid(reg, number);
        }
        if (write && reg.has(RegType.RDONLY)) {
            throw v.reject(Errno.EACCES, "R%d cannot write into %s", number, reg.typeText());
        }
        checkStored(write, value, "into mem");
        if (reg.has(RegType.UNTRUSTED)) {
            v.facts.readsKernelMemory = true;
        } else {
            checkRegion(number, off, size, reg.memSize, false);
        }
        loadUnknown(write, value);
    }

    // ---- context

    private void accessContext(
            RegState reg,
            int number,
            int off,
            int size,
            boolean write,
            int value,
            boolean signExtends) {
        if (reg.flags != 0) {
            throw invalid(reg, number);
        }
        checkStored(write, value, "into ctx");
        checkUnmodified(reg, number, false);
        ContextField field = v.rules.layout().at(off, size, write, signExtends);
        if (field == null || !v.privilege.maySee(field, write)) {
            Rejection why =
                    v.reject(Errno.EACCES, "invalid bpf_context access off=%d size=%d", off, size);
            v.printer.sourceLine(v.insn);
            throw why;
        }
        if (!write && value >= 0) {
            loadField(v.reg(value), field);
        }
    }

    private void loadField(RegState target, ContextField field) {
        if (field.type() == RegType.SCALAR) {
            target.markUnknown();
            return;
        }
        target.markPointer(field.type(), field.flags());
        if (target.mayBeNull()) {
            target.id = v.newId();
        }
    }

    /// Demands a pointer as it was given: no variable offset, no fixed one either unless allowed.
    void checkUnmodified(RegState reg, int number, boolean fixedAllowed) {
        if (reg.off < 0) {
            throw v.reject(
                    Errno.EACCES,
                    "negative offset %s ptr R%d off=%d disallowed",
                    reg.typeText(),
                    number,
                    reg.off);
        }
        if (!fixedAllowed && reg.off != 0) {
            throw v.reject(
                    Errno.EACCES,
                    "dereference of modified %s ptr R%d off=%d disallowed",
                    reg.typeText(),
                    number,
                    reg.off);
        }
        if (!reg.var.isConst(0)) {
            throw v.reject(
                    Errno.EACCES,
                    "variable %s access var_off=%s disallowed",
                    reg.typeText(),
                    reg.var);
        }
    }

    // ---- packet

    private void accessPacket(int number, int off, int size, boolean write, int value) {
        if (write && !v.rules.writesPacket()) {
            throw v.reject(Errno.EACCES, "cannot write into packet");
        }
        checkStored(write, value, "into packet");
        checkPacket(number, off, size, false);
        loadUnknown(write, value);
    }

    void checkPacket(int number, int off, int size, boolean zeroAllowed) {
        RegState reg = v.reg(number);
        if (reg.smin < 0) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d min value is negative, either use unsigned index or do a if (index >=0)"
                            + " check.",
                    number);
        }
        if (reg.range < 0) {
            throw v.reject(Errno.EINVAL, "R%d offset is outside of the packet", number);
        }
        if (!isWithin(off, size, reg.range, zeroAllowed)) {
            Rejection why = outside(reg, number, off, size, reg.range);
            v.log.say("R%d offset is outside of the packet\n", number);
            throw why;
        }
    }

    // ---- kernel objects

    private void accessSocket(
            RegState reg, int number, int off, int size, boolean write, int value) {
        if (reg.flags != 0) {
            throw invalid(reg, number);
        }
        if (write) {
            throw v.reject(Errno.EACCES, "R%d cannot write into %s", number, reg.typeText());
        }
        if (reg.smin < 0) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d min value is negative, either use unsigned index or do a if (index >=0)"
                            + " check.",
                    number);
        }
        if (!SocketLayouts.permits(reg.type, off, size)) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d invalid %s access off=%d size=%d",
                    number,
                    reg.typeText(),
                    off,
                    size);
        }
        loadUnknown(false, value);
    }

    private void accessMapPointer(
            RegState reg, int number, int off, int size, boolean write, int value) {
        String struct = structOf(mapOf(reg));
        if (!v.privilege.mayLeak()) {
            throw v.reject(
                    Errno.EPERM,
                    "'struct %s' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN",
                    struct);
        }
        if (off < 0) {
            throw v.reject(
                    Errno.EACCES, "R%d is bpf_map invalid negative access: off=%d", number, off);
        }
        if (write) {
            throw v.reject(Errno.EACCES, "only read from bpf_map is supported");
        }
        RegState map = new RegState();
        ObjectTypes.markObject(map, RegType.UNTRUSTED, v.kernel.all(), v.kernel.struct(struct));
        map.var = reg.var;
        objects.access(map, number, off, size, false, value);
    }

    /// The kernel's structure behind a map.
    private String structOf(MapRef map) {
        return switch (map.type()) {
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, HASH_OF_MAPS -> "bpf_htab";
            case ARRAY, PERCPU_ARRAY, PROG_ARRAY, PERF_EVENT_ARRAY, CGROUP_ARRAY, ARRAY_OF_MAPS ->
                    "bpf_array";
            case DEVMAP, DEVMAP_HASH -> "bpf_dtab";
            case SOCKMAP -> "bpf_stab";
            case CPUMAP -> "bpf_cpu_map";
            case XSKMAP -> "xsk_map";
            case SOCKHASH -> "bpf_shtab";
            case CGROUP_STORAGE, PERCPU_CGROUP_STORAGE -> "bpf_cgroup_storage_map";
            case REUSEPORT_SOCKARRAY -> "reuseport_array";
            case QUEUE, STACK -> "bpf_queue_stack";
            case SK_STORAGE, INODE_STORAGE, TASK_STORAGE, CGRP_STORAGE -> "bpf_local_storage_map";
            case RINGBUF, USER_RINGBUF -> "bpf_ringbuf_map";
            case BLOOM_FILTER -> "bpf_bloom_filter";
            case LPM_TRIE -> "lpm_trie";
            case STACK_TRACE -> "bpf_stack_map";
            case ARENA -> "bpf_arena";
            default ->
                    throw v.reject(
                            Errno.ENOTSUPP,
                            "map_ptr access not supported for map type %d",
                            map.type().number());
        };
    }

    // ---- memory handed to helpers

    void checkHelperMemory(
            int number, int size, boolean write, boolean zeroAllowed, @Nullable CallFacts call) {
        RegState reg = v.reg(number);
        switch (reg.type) {
            case PACKET, PACKET_META -> checkPacket(number, reg.off, size, zeroAllowed);
            case MAP_KEY -> {
                refuseWrite(reg, number, write);
                checkRegion(number, reg.off, size, mapOf(reg).keySize(), false);
            }
            case MAP_VALUE -> {
                checkMapPermission(mapOf(reg), reg.off, size, write);
                checkMapRange(number, reg.off, size, zeroAllowed, true);
            }
            case MEM -> {
                if (reg.has(RegType.RDONLY)) {
                    refuseWrite(reg, number, write);
                }
                checkRegion(number, reg.off, size, reg.memSize, zeroAllowed);
            }
            case STACK -> stack.checkInitialized(number, reg.off, size, zeroAllowed, write, call);
            default -> {
                if (zeroAllowed && size == 0 && reg.isNull()) {
                    return;
                }
                throw v.reject(Errno.EACCES, "R%d type=%s expected=fp", number, reg.typeText());
            }
        }
    }

    private void refuseWrite(RegState reg, int number, boolean write) {
        if (write) {
            throw v.reject(Errno.EACCES, "R%d cannot write into %s", number, reg.typeText());
        }
    }

    // ---- instructions

    void load(Insn insn, boolean signExtends, boolean alignedOnly) {
        v.checkRead(insn.src());
        v.checkWrite(insn.dst());
        RegState src = v.reg(insn.src());
        RegType type = src.type;
        int flags = src.flags;
        check(insn.src(), insn.off(), sizeOf(insn), false, insn.dst(), alignedOnly, signExtends);
        notePointer(type, flags);
        Bounds.repair(v.reg(insn.dst()));
    }

    void store(Insn insn, boolean alignedOnly) {
        v.checkRead(insn.src());
        v.checkRead(insn.dst());
        RegType type = v.reg(insn.dst()).type;
        int flags = v.reg(insn.dst()).flags;
        check(insn.dst(), insn.off(), sizeOf(insn), true, insn.src(), alignedOnly, false);
        notePointer(type, flags);
    }

    void storeConst(Insn insn) {
        if ((insn.opcode() & 0xe0) != Opcode.MEM || insn.src() != 0) {
            throw v.reject(Errno.EINVAL, "BPF_ST uses reserved fields");
        }
        v.checkRead(insn.dst());
        RegType type = v.reg(insn.dst()).type;
        int flags = v.reg(insn.dst()).flags;
        check(insn.dst(), insn.off(), sizeOf(insn), true, NO_REG, false, false);
        notePointer(type, flags);
    }

    /// The same instruction must not access the context on one path and memory on another.
    void notePointer(RegType type, int flags) {
        InsnFacts facts = v.facts;
        RegType before = facts.pointerType[v.insn];
        if (before == null) {
            facts.pointerType[v.insn] = type;
            facts.pointerFlags[v.insn] = flags;
        } else if ((before != type || facts.pointerFlags[v.insn] != flags)
                && (isExclusive(before) || isExclusive(type))) {
            throw v.reject(Errno.EINVAL, "same insn cannot be used with different pointers");
        }
    }

    private static boolean isExclusive(RegType type) {
        return switch (type) {
            case CTX, SOCKET, SOCK_COMMON, TCP_SOCK, XDP_SOCK, BTF_ID -> true;
            default -> false;
        };
    }
}
