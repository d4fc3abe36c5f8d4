package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;

/// Look-ups with and without null checks, values at fixed and variable offsets, and what else takes
/// maps.
final class MapStatements {
    private static final int LOOKUP = 1;
    private static final int UPDATE = 2;
    private static final int DELETE = 3;
    private static final int PUSH = 87;
    private static final int POP = 88;
    private static final int PEEK = 89;
    private static final int SPIN_LOCK = 93;
    private static final int SPIN_UNLOCK = 94;
    private static final int RINGBUF_OUTPUT = 130;
    private static final int RINGBUF_RESERVE = 131;
    private static final int RINGBUF_SUBMIT = 132;
    private static final int RINGBUF_DISCARD = 133;
    private static final int LOOKUP_PERCPU = 195;
    private static final int TAIL_CALL = 12;
    private static final int REDIRECT_MAP = 51;

    private MapStatements() {}

    private static void key(Draft d, int reg) {
        if (d.chance(2)) {
            d.storeNumber(Opcode.W, Draft.FP, Draft.KEY, d.chance(2) ? d.below(5) : d.number());
        } else {
            d.store(Opcode.W, Draft.FP, Draft.KEY, d.kept());
        }
        d.stackAddress(reg, Draft.KEY);
    }

    /// A look-up, its null check, and accesses to the value.
    static void lookup(Draft d) {
        MapSpec spec = Maps.keyed(d);
        key(d, 2);
        d.loadMap(1, d.map(spec));
        if (spec.type().isPerCpu() && d.chance(3)) {
            d.set(3, d.below(3));
            d.call(LOOKUP_PERCPU);
        } else {
            d.call(LOOKUP);
        }
        checkNotNull(d, 0);
        useValue(d, 0, spec.valueSize());
        if (d.chance(4)) {
            d.store(Opcode.DW, Draft.FP, Draft.VALUE, 0);
            d.loadUnsigned(Opcode.DW, 2, Draft.FP, Draft.VALUE);
            useValue(d, 2, spec.valueSize());
        }
    }

    private static void checkNotNull(Draft d, int reg) {
        if (d.mistake()) {
            return;
        }
        if (d.chance(2)) {
            d.leave(d.jump(Opcode.JMP | Opcode.JEQ, reg, 0));
        } else {
            int in = d.jump(Opcode.JMP | Opcode.JNE, reg, 0);
            d.leave(d.jumpAlways());
            d.land(in);
        }
    }

    /// @param base register that the accesses leave alone unless the offset varies
    private static void useValue(Draft d, int base, int valueSize) {
        int size = d.size();
        int bytes = Draft.bytes(size);
        int last = valueSize - bytes + (d.mistake() ? d.between(1, 8) : 0);
        if (d.chance(2)) {
            d.mov(3, base);
            int spread = d.between(0, last);
            Numbers.bounded(d, 1, spread);
            d.plusReg(3, 1);
            access(d, size, 3, last - spread);
        } else {
            access(d, size, base, d.chance(2) ? last : d.between(0, last));
        }
    }

    private static void access(Draft d, int size, int base, int off) {
        switch (d.below(5)) {
            case 0 -> d.storeNumber(size, base, off, d.number());
            case 1 -> d.store(size, base, off, d.kept());
            case 2 -> {
                boolean word = size == Opcode.W || size == Opcode.DW;
                if (word && off % Draft.bytes(size) == 0 && base == 0) {
                    d.mov(3, 0);
                    StackStatements.atomicAt(d, size, 3, off);
                } else {
                    d.load(size, d.kept(), base, off);
                }
            }
            default -> d.load(size, d.kept(), base, off);
        }
    }

    /// A global variable: the address of a value stands in the code.
    static void globals(Draft d) {
        MapSpec spec = Maps.globals(d);
        int start = d.below(spec.valueSize() / 2);
        d.loadMapValue(3, d.map(spec), start);
        int size = d.size();
        int room = spec.valueSize() - start - Draft.bytes(size) + (d.mistake() ? 1 : 0);
        Numbers.bounded(d, 1, room);
        d.plusReg(3, 1);
        access(d, size, 3, 0);
    }

    static void update(Draft d) {
        MapSpec spec = Maps.keyed(d);
        key(d, 2);
        d.loadMap(1, d.map(spec));
        if (d.chance(3)) {
            d.call(DELETE);
        } else {
            if (spec.valueSize() <= 64) {
                d.stackAddress(3, Draft.BUFFER);
            } else {
                d.loadMapValue(3, d.map(Maps.globals(4096)), d.below(4096 - spec.valueSize()));
            }
            d.set(4, d.below(3));
            d.call(UPDATE);
        }
        d.mov(d.kept(), 0);
    }

    /// A map from a map, and a value from that.
    static void mapInMap(Draft d) {
        key(d, 2);
        d.loadMap(1, d.map(Maps.outer(d)));
        d.call(LOOKUP);
        checkNotNull(d, 0);
        d.mov(1, 0);
        key(d, 2);
        d.call(LOOKUP);
        checkNotNull(d, 0);
        useValue(d, 0, 16);
    }

    static void queue(Draft d) {
        d.loadMap(1, d.map(Maps.queue(d)));
        d.stackAddress(2, Draft.BUFFER);
        int helper = d.pick(PUSH, POP, PEEK);
        if (helper == PUSH) {
            d.set(3, d.chance(3) ? 2 : 0);
        }
        d.call(helper);
        d.mov(d.kept(), 0);
    }

    /// A record of a ring buffer: reserved, written, given back.
    static void ring(Draft d) {
        int fd = d.map(Maps.ring());
        if (d.chance(3)) {
            d.loadMap(1, fd);
            d.stackAddress(2, Draft.BUFFER);
            PacketStatements.length(d, 3, 64);
            d.set(4, 0);
            d.call(RINGBUF_OUTPUT);
            return;
        }
        int size = d.pick(8, 16, 64);
        d.loadMap(1, fd);
        d.set(2, size);
        d.set(3, 0);
        d.call(RINGBUF_RESERVE);
        int none = d.jump(Opcode.JMP | Opcode.JEQ, 0, 0);
        int access = d.size();
        int last = size - Draft.bytes(access) + (d.mistake() ? 1 : 0);
        d.store(access, 0, d.between(0, last), d.kept());
        if (!d.mistake()) {
            d.mov(1, 0);
            d.set(2, 0);
            d.call(d.chance(2) ? RINGBUF_SUBMIT : RINGBUF_DISCARD);
        }
        d.land(none);
    }

    static void locked(Draft d) {
        key(d, 2);
        d.loadMap(1, d.map(Maps.locked()));
        d.call(LOOKUP);
        checkNotNull(d, 0);
        d.store(Opcode.DW, Draft.FP, Draft.VALUE, 0);
        d.mov(1, 0);
        d.call(SPIN_LOCK);
        d.loadUnsigned(Opcode.DW, 2, Draft.FP, Draft.VALUE);
        int off = d.mistake() ? d.pick(0, 2, 16) : d.pick(4, 8, 12);
        d.store(Opcode.W, 2, off, d.kept());
        if (d.mistake()) {
            return;
        }
        d.mov(1, 2);
        d.call(SPIN_UNLOCK);
    }

    static void tailCall(Draft d) {
        d.mov(1, Draft.CTX);
        d.loadMap(2, d.map(Maps.programs()));
        if (d.chance(2)) {
            d.set(3, d.below(5));
        } else {
            d.mov(3, d.kept());
        }
        d.call(TAIL_CALL);
    }

    static void redirect(Draft d) {
        d.loadMap(1, d.map(Maps.devices()));
        d.mov(2, d.kept());
        d.set(3, d.below(5));
        d.call(REDIRECT_MAP);
        d.mov(d.kept(), 0);
    }

    /// Each element of a map by a callback.
    static void eachElement(Draft d) {
        MapSpec spec = MapSpec.of("array16", MapType.ARRAY, 4, 16, 4, 0);
        d.loadMap(1, d.map(spec));
        d.loadFunction(2, FunctionKind.ELEMENT_CALLBACK);
        d.stackAddress(3, Draft.DATA);
        d.set(4, 0);
        d.call(164);
        d.mov(d.kept(), 0);
    }
}
