package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.CheckedMemory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Helper calls of code that nobody verified: each argument is checked before the helper sees it.
///
/// The interpreter and the JIT's checked mode call helpers through here.
///
/// Thread: the machine's.
/// Fails: [CallTrapException] for an argument of the wrong kind,
/// [io.xdp4j.ebpf.vm.MemoryTrapException] for memory that is not the program's.
public final class CheckedCall implements HelperFunction {
    private static final int DYNPTR_BYTES = 16;
    private static final int TIMER_BYTES = 16;
    private static final int SPIN_LOCK_BYTES = 4;

    /// Longest constant string looked at.
    private static final int MAX_STRING_BYTES = 4096;

    private final HelperProto proto;
    private final int insn;
    private final boolean trusted;
    private final ArgType[] args;
    private final Shape shape;

    /// What the arguments of most calls are: their checks take no loop.
    private enum Shape {
        /// None that needs a check.
        PLAIN,
        CONTEXT,
        MAP,
        MAP_AND_KEY,
        OTHER;

        static Shape of(List<ArgType> args) {
            if (args.isEmpty()) {
                return PLAIN;
            }
            return switch (args.getFirst()) {
                case CTX -> arePlain(args, 1) ? CONTEXT : OTHER;
                case CONST_MAP_PTR ->
                        arePlain(args, 1)
                                ? MAP
                                : args.get(1) == ArgType.MAP_KEY && arePlain(args, 2)
                                        ? MAP_AND_KEY
                                        : OTHER;
                default -> arePlain(args, 0) ? PLAIN : OTHER;
            };
        }

        private static boolean arePlain(List<ArgType> args, int from) {
            return args.subList(from, args.size()).stream()
                    .allMatch(type -> type == ArgType.ANYTHING || type == ArgType.SCALAR);
        }
    }

    private CheckedCall(HelperProto proto, int insn, boolean trusted) {
        this.proto = proto;
        this.insn = insn;
        this.trusted = trusted;
        this.args = proto.args().toArray(new ArgType[0]);
        this.shape = Shape.of(proto.args());
    }

    /// The calls of a helper at one place of a program.
    ///
    /// @param insn slot of the call, for the message
    public static HelperFunction of(HelperProto proto, int insn) {
        return new CheckedCall(proto, insn, false);
    }

    /// The same for a verified program, which passes kernel objects (dynptrs, sockets, ...) as well.
    public static HelperFunction verified(HelperProto proto, int insn) {
        return new CheckedCall(proto, insn, true);
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
        return of(proto, insn).call(machine, r1, r2, r3, r4, r5);
    }

    /// The same for a verified program.
    public static long callVerified(
            HelperProto proto,
            BpfMachine machine,
            int insn,
            long r1,
            long r2,
            long r3,
            long r4,
            long r5) {
        return verified(proto, insn).call(machine, r1, r2, r3, r4, r5);
    }

    /// The map behind a register, for calls that the engine does itself.
    public static BpfMap map(HelperProto proto, BpfMachine machine, int insn, long handle) {
        return new CheckedCall(proto, insn, false).requireMap(machine, handle);
    }

    @Override
    public long call(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        HelperFunction function = proto.function();
        if (function == null) {
            throw refuse(
                    "cannot run here" + (proto.refusal() == null ? "" : ": " + proto.refusal()));
        }
        switch (shape) {
            case PLAIN -> {}
            case CONTEXT -> requireContext(machine, r1);
            case MAP -> requireMap(machine, r1);
            case MAP_AND_KEY -> requireKey(machine, requireMap(machine, r1), r2);
            case OTHER -> arguments(machine, r1, r2, r3, r4, r5);
        }
        return function.call(machine, r1, r2, r3, r4, r5);
    }

    private void arguments(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = null;
        for (int i = 0; i < args.length; i++) {
            long next = i == 0 ? r2 : i == 1 ? r3 : i == 2 ? r4 : r5;
            long value = i == 0 ? r1 : i == 1 ? r2 : i == 2 ? r3 : i == 3 ? r4 : r5;
            ArgType type = args[i];
            if (type == ArgType.CONST_MAP_PTR) {
                map = requireMap(machine, value);
            } else {
                argument(machine, map, i, type, value, next);
            }
        }
    }

    private void argument(
            BpfMachine machine,
            @Nullable BpfMap map,
            int index,
            ArgType type,
            long value,
            long next) {
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
            case CTX, CTX_OR_NULL -> requireContext(machine, value);
            case FUNC -> requireFunction(machine, value);
            case CONST_STR -> requireString(machine, value);
            case RINGBUF_MEM -> requireGranted(machine, value);
            default -> memory(machine, map, index, type, value, next);
        }
    }

    private void memory(
            BpfMachine machine,
            @Nullable BpfMap map,
            int index,
            ArgType type,
            long value,
            long next) {
        long size =
                switch (type) {
                    case MAP_KEY -> requireKnown(map).keySize();
                    case MAP_VALUE, UNINIT_MAP_VALUE, MAP_VALUE_OR_NULL ->
                            requireKnown(map).valueSize();
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

    private void requireKey(BpfMachine machine, BpfMap map, long key) {
        if (map.keySize() != 0) {
            machine.checkedMemory().requireReadable(key, map.keySize(), insn);
        }
    }

    private BpfMap requireKnown(@Nullable BpfMap map) {
        if (map == null) {
            throw refuse("needs a map before its memory");
        }
        return map;
    }

    private BpfMap requireMap(BpfMachine machine, long handle) {
        BpfMap found = machine.runtime().map(handle);
        if (found == null) {
            throw refuse("0x" + Long.toHexString(handle) + " is no map pointer");
        }
        return found;
    }

    private void requireContext(BpfMachine machine, long value) {
        if (value != BpfMachine.CTX_HANDLE || machine.xdpOrNull() == null) {
            throw refuse("0x" + Long.toHexString(value) + " is not the context");
        }
    }

    private void requireFunction(BpfMachine machine, long value) {
        if (machine.runtime().function(value) == null) {
            throw refuse("0x" + Long.toHexString(value) + " is no function");
        }
    }

    private void requireGranted(BpfMachine machine, long value) {
        if (!machine.isGranted(value, 0)) {
            throw refuse("0x" + Long.toHexString(value) + " is no record of a ring buffer");
        }
    }

    private void requireString(BpfMachine machine, long value) {
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
