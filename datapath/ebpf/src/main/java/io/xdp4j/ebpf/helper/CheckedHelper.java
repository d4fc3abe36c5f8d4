package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.CheckedMemory;
import org.jspecify.annotations.Nullable;

/// A helper behind a check of its arguments: pointers must point to live memory of the size that the
/// helper will touch, handles to maps and functions there are.
///
/// What the verifier proves for a program before it runs, this checks at each call of one that is
/// not verified, or interpreted.
///
/// Thread: the machine's.
/// Fails: a [io.xdp4j.ebpf.vm.TrapException] without an instruction; the engine adds it.
public final class CheckedHelper implements HelperFunction {
    private static final int ARGS = 5;
    private static final long MAX_SIZE = 1 << 29;
    private static final int LOCK_BYTES = 4;
    private static final int DYNPTR_BYTES = 16;

    private final HelperProto proto;
    private final HelperFunction function;

    private CheckedHelper(HelperProto proto, HelperFunction function) {
        this.proto = proto;
        this.function = function;
    }

    /// Puts the check before a helper.
    ///
    /// @param where begins the message of the exception
    /// Fails: [UnsupportedException] for a helper without a method.
    public static CheckedHelper of(HelperProto proto, String where) {
        HelperFunction function = proto.function();
        if (function == null) {
            String why = proto.refusal() == null ? "not in this engine" : proto.refusal();
            throw new UnsupportedException(
                    where + "helper bpf_" + proto.name() + "#" + proto.id() + ": " + why);
        }
        return new CheckedHelper(proto, function);
    }

    @Override
    public long call(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        @Nullable BpfMap map = null;
        int args = Math.min(proto.args().size(), ARGS);
        for (int i = 0; i < args; i++) {
            long value = argument(i, r1, r2, r3, r4, r5);
            ArgType type = proto.args().get(i);
            if (type == ArgType.CONST_MAP_PTR) {
                map = requireMap(machine, i, value);
            } else if (!(type.isNullable() && value == 0)) {
                long next = i + 1 < args ? argument(i + 1, r1, r2, r3, r4, r5) : 0;
                check(machine, i, type, value, next, map);
            }
        }
        return function.call(machine, r1, r2, r3, r4, r5);
    }

    private static long argument(int index, long r1, long r2, long r3, long r4, long r5) {
        return switch (index) {
            case 0 -> r1;
            case 1 -> r2;
            case 2 -> r3;
            case 3 -> r4;
            default -> r5;
        };
    }

    private BpfMap requireMap(BpfMachine machine, int arg, long value) {
        BpfMap map = machine.runtime().map(value);
        if (map == null) {
            throw wrong(arg, value, "a pointer to a map");
        }
        return map;
    }

    private void check(
            BpfMachine machine,
            int arg,
            ArgType type,
            long value,
            long next,
            @Nullable BpfMap map) {
        if (type.isSized()) {
            long size = requireSize(arg + 1, next);
            requireMemory(machine, type, value, size);
            return;
        }
        switch (type) {
            case MAP_KEY -> requireMemory(machine, type, value, map == null ? 0 : map.keySize());
            case MAP_VALUE, UNINIT_MAP_VALUE, MAP_VALUE_OR_NULL ->
                    requireMemory(machine, type, value, map == null ? 0 : map.valueSize());
            case FIXED_MEM -> requireMemory(machine, type, value, proto.fixedSize(arg));
            case LONG_PTR -> requireMemory(machine, type, value, Long.BYTES);
            case INT_PTR -> requireMemory(machine, type, value, Integer.BYTES);
            case SPIN_LOCK -> machine.checkedMemory().requireWritable(value, LOCK_BYTES, -1);
            case TIMER, DYNPTR, DYNPTR_UNINIT, DYNPTR_RINGBUF_UNINIT, DYNPTR_RINGBUF ->
                    machine.checkedMemory().requireWritable(value, DYNPTR_BYTES, -1);
            case KPTR -> machine.checkedMemory().requireWritable(value, Long.BYTES, -1);
            case RINGBUF_MEM, STACK_OR_NULL, CONST_STR ->
                    machine.checkedMemory().requireReadable(value, 1, -1);
            case CTX, CTX_OR_NULL -> requireContext(machine, arg, value);
            case FUNC -> requireFunction(machine, arg, value);
            default -> {}
        }
    }

    private long requireSize(int arg, long size) {
        if (size < 0 || size > MAX_SIZE) {
            throw wrong(arg, size, "a size up to " + MAX_SIZE);
        }
        return size;
    }

    private static void requireMemory(BpfMachine machine, ArgType type, long address, long size) {
        if (size == 0) {
            return;
        }
        CheckedMemory memory = machine.checkedMemory();
        if (type.isWritten()) {
            memory.requireWritable(address, (int) size, -1);
        } else {
            memory.requireReadable(address, (int) size, -1);
        }
    }

    private void requireContext(BpfMachine machine, int arg, long value) {
        if (value != BpfMachine.CTX_HANDLE || machine.xdpOrNull() == null) {
            throw wrong(arg, value, "the program's context");
        }
    }

    private void requireFunction(BpfMachine machine, int arg, long value) {
        if (machine.runtime().function(value) == null) {
            throw wrong(arg, value, "a pointer to a function of the program");
        }
    }

    private CallTrapException wrong(int arg, long value, String expected) {
        return new CallTrapException(
                -1,
                "bpf_"
                        + proto.name()
                        + ": r"
                        + (arg + 1)
                        + "=0x"
                        + Long.toHexString(value)
                        + " (expected: "
                        + expected
                        + ")");
    }
}
