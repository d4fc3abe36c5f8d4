package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.CheckedMemory;
import org.jspecify.annotations.Nullable;

/// Helper calls of code that nobody verified: each argument is checked before the helper sees it.
///
/// The interpreter and the JIT's checked mode call helpers through here.
///
/// Thread: the machine's.
/// Fails: [CallTrapException] for an argument of the wrong kind,
/// [io.xdp4j.ebpf.vm.MemoryTrapException] for memory that is not the program's.
public final class CheckedCall {
    private static final int DYNPTR_BYTES = 16;
    private static final int TIMER_BYTES = 16;
    private static final int SPIN_LOCK_BYTES = 4;

    /// Longest constant string looked at.
    private static final int MAX_STRING_BYTES = 4096;

    private final HelperProto proto;
    private final BpfMachine machine;
    private final int insn;
    private @Nullable BpfMap map;
    private boolean trusted;

    private CheckedCall(HelperProto proto, BpfMachine machine, int insn) {
        this.proto = proto;
        this.machine = machine;
        this.insn = insn;
    }

    /// Checks the arguments and calls the helper.
    ///
    /// @param insn slot of the call, for the message
    public static long call(
            HelperProto proto,
            BpfMachine machine,
            int insn,
            long r1,
            long r2,
            long r3,
            long r4,
            long r5) {
        HelperFunction function = proto.function();
        CheckedCall check = new CheckedCall(proto, machine, insn);
        if (function == null) {
            throw check.refuse(
                    "cannot run here" + (proto.refusal() == null ? "" : ": " + proto.refusal()));
        }
        check.arguments(r1, r2, r3, r4, r5);
        return function.call(machine, r1, r2, r3, r4, r5);
    }

    /// The same for a verified program, which passes kernel objects (dynptrs, sockets, ...) as well.
    public static long callVerified(
            HelperProto proto,
            BpfMachine machine,
            int insn,
            long r1,
            long r2,
            long r3,
            long r4,
            long r5) {
        HelperFunction function = proto.function();
        CheckedCall check = new CheckedCall(proto, machine, insn);
        if (function == null) {
            throw check.refuse("cannot run here");
        }
        check.trusted = true;
        check.arguments(r1, r2, r3, r4, r5);
        return function.call(machine, r1, r2, r3, r4, r5);
    }

    /// The map behind a register, for calls that the engine does itself.
    public static BpfMap map(HelperProto proto, BpfMachine machine, int insn, long handle) {
        return new CheckedCall(proto, machine, insn).requireMap(handle);
    }

    private void arguments(long r1, long r2, long r3, long r4, long r5) {
        int count = proto.args().size();
        for (int i = 0; i < count; i++) {
            long next = i == 0 ? r2 : i == 1 ? r3 : i == 2 ? r4 : r5;
            long value = i == 0 ? r1 : i == 1 ? r2 : i == 2 ? r3 : i == 3 ? r4 : r5;
            argument(i, proto.args().get(i), value, next);
        }
    }

    private void argument(int index, ArgType type, long value, long next) {
        if (value == 0 && type.isNullable()) {
            if (type.isSized() && next != 0) {
                throw refuse("r" + (index + 1) + " is null, its size " + next);
            }
            return;
        }
        switch (type) {
            case ANYTHING,
                    SCALAR,
                    CONST_SIZE,
                    CONST_SIZE_OR_ZERO,
                    CONST_ALLOC_SIZE_OR_ZERO,
                    STACK_OR_NULL -> {}
            case CONST_MAP_PTR -> map = requireMap(value);
            case CTX, CTX_OR_NULL -> requireContext(value);
            case FUNC -> requireFunction(value);
            case CONST_STR -> requireString(value);
            case RINGBUF_MEM -> requireGranted(value);
            default -> memory(index, type, value, next);
        }
    }

    private void memory(int index, ArgType type, long value, long next) {
        long size =
                switch (type) {
                    case MAP_KEY -> map().keySize();
                    case MAP_VALUE, UNINIT_MAP_VALUE, MAP_VALUE_OR_NULL -> map().valueSize();
                    case FIXED_MEM -> proto.fixedSize(index);
                    case LONG_PTR -> Long.BYTES;
                    case INT_PTR -> Integer.BYTES;
                    case SPIN_LOCK -> SPIN_LOCK_BYTES;
                    case TIMER -> TIMER_BYTES;
                    case DYNPTR_UNINIT, DYNPTR_RINGBUF_UNINIT -> DYNPTR_BYTES;
                    default -> {
                        if (type.isSized()) {
                            yield next;
                        }
                        if (trusted) {
                            yield 0;
                        }
                        throw refuse(
                                "r"
                                        + (index + 1)
                                        + " is a kernel object, which only verified"
                                        + " programs may pass");
                    }
                };
        if (size < 0 || size > Integer.MAX_VALUE) {
            throw refuse("r" + (index + 1) + " has size " + size + " (expected: 0..2^31-1)");
        }
        if (size == 0) {
            return;
        }
        CheckedMemory memory = machine.checkedMemory();
        if (type.isWritten() || type == ArgType.SPIN_LOCK || type == ArgType.TIMER) {
            memory.requireWritable(value, (int) size, insn);
        } else {
            memory.requireReadable(value, (int) size, insn);
        }
    }

    private BpfMap map() {
        BpfMap known = map;
        if (known == null) {
            throw refuse("needs a map before its memory");
        }
        return known;
    }

    private BpfMap requireMap(long handle) {
        BpfMap found = machine.runtime().map(handle);
        if (found == null) {
            throw refuse("0x" + Long.toHexString(handle) + " is no map pointer");
        }
        return found;
    }

    private void requireContext(long value) {
        if (value != BpfMachine.CTX_HANDLE || machine.xdpOrNull() == null) {
            throw refuse("0x" + Long.toHexString(value) + " is not the context");
        }
    }

    private void requireFunction(long value) {
        if (machine.runtime().function(value) == null) {
            throw refuse("0x" + Long.toHexString(value) + " is no function");
        }
    }

    private void requireGranted(long value) {
        if (!machine.isGranted(value, 0)) {
            throw refuse("0x" + Long.toHexString(value) + " is no record of a ring buffer");
        }
    }

    private void requireString(long value) {
        CheckedMemory memory = machine.checkedMemory();
        for (int i = 0; i < MAX_STRING_BYTES; i++) {
            if (memory.loadU8(value + i, insn) == 0) {
                return;
            }
        }
        throw refuse("the string at 0x" + Long.toHexString(value) + " has no end");
    }

    private CallTrapException refuse(String what) {
        return new CallTrapException(insn, "bpf_" + proto.name() + ": " + what);
    }
}
