package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.MapSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A program in the making: its instructions so far, its maps, the calls that wait for functions.
///
/// Registers, by convention: r6 is the context where there is one, r7 to r9 are numbers that outlive
/// a statement, r0 to r5 belong to the statement at hand. Stack, by convention: see the constants.
final class Draft {
    static final int CTX = 6;
    static final int FP = 10;

    /// Eight words of data, from here up to the frame pointer.
    static final int DATA = -64;

    /// Words for spilled pointers.
    static final int PACKET = -72;

    static final int PACKET_END = -80;
    static final int VALUE = -88;

    /// Words that count loop rounds.
    static final int COUNTERS = -104;

    static final int KEY = -112;
    static final int DYNPTR = -128;

    /// Bytes that helpers read and write.
    static final int BUFFER = -192;

    private static final int[] NUMBERS = {
        0,
        1,
        -1,
        2,
        3,
        7,
        8,
        14,
        15,
        16,
        31,
        32,
        63,
        64,
        127,
        128,
        255,
        256,
        1500,
        32767,
        32768,
        65535,
        65536,
        0x7fff_ffff,
        0x8000_0000,
        0x7fff_fffe,
        0xffff_fffe
    };

    /// A call whose function is not written yet.
    record Call(int at, FunctionKind function) {}

    final Random random;
    private final List<Insn> code = new ArrayList<>();
    private final Map<Integer, MapSpec> maps = new LinkedHashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Integer> exits = new ArrayList<>();
    private final int mistakeOdds;

    boolean hasContext = true;

    boolean inMain = true;

    /// True while a spilled packet pointer is known to be good.
    boolean packetSpilled;

    int depth;
    int counters;

    /// @param mistakeOdds one in so many chances to do wrong is taken; 0 for none
    Draft(Random random, int mistakeOdds) {
        this.random = random;
        this.mistakeOdds = mistakeOdds;
    }

    List<Insn> code() {
        return code;
    }

    Map<Integer, MapSpec> maps() {
        return maps;
    }

    List<Call> calls() {
        return calls;
    }

    int here() {
        return code.size();
    }

    // ---- chance

    boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    boolean mistake() {
        return mistakeOdds > 0 && random.nextInt(mistakeOdds) == 0;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    int pick(int... from) {
        return from[random.nextInt(from.length)];
    }

    int number() {
        return chance(4) ? random.nextInt() : pick(NUMBERS);
    }

    /// A register with a number that outlives statements.
    int kept() {
        return between(7, 9);
    }

    int size() {
        return pick(Opcode.B, Opcode.H, Opcode.W, Opcode.DW);
    }

    static int bytes(int size) {
        return switch (size) {
            case Opcode.B -> 1;
            case Opcode.H -> 2;
            case Opcode.W -> 4;
            default -> 8;
        };
    }

    int dataOff(int size) {
        int bytes = bytes(size);
        return DATA + below(64 / bytes) * bytes;
    }

    // ---- instructions

    void add(int opcode, int dst, int src, int off, int imm) {
        code.add(new Insn(opcode, dst, src, off, imm));
    }

    void mov(int dst, int src) {
        add(Opcode.ALU64 | Opcode.MOV | Opcode.X, dst, src, 0, 0);
    }

    void set(int dst, int value) {
        add(Opcode.ALU64 | Opcode.MOV, dst, 0, 0, value);
    }

    void plus(int dst, int value) {
        add(Opcode.ALU64 | Opcode.ADD, dst, 0, 0, value);
    }

    void plusReg(int dst, int src) {
        add(Opcode.ALU64 | Opcode.ADD | Opcode.X, dst, src, 0, 0);
    }

    void load(int size, int dst, int base, int off) {
        boolean signed = size != Opcode.DW && chance(6);
        add(Opcode.LDX | (signed ? Opcode.MEMSX : Opcode.MEM) | size, dst, base, off, 0);
    }

    void loadUnsigned(int size, int dst, int base, int off) {
        add(Opcode.LDX | Opcode.MEM | size, dst, base, off, 0);
    }

    void store(int size, int base, int off, int src) {
        add(Opcode.STX | Opcode.MEM | size, base, src, off, 0);
    }

    void storeNumber(int size, int base, int off, int value) {
        add(Opcode.ST | Opcode.MEM | size, base, 0, off, value);
    }

    void loadMap(int dst, int fd) {
        add(Opcode.LD_IMM64, dst, Opcode.PSEUDO_MAP_FD, 0, fd);
        add(0, 0, 0, 0, 0);
    }

    void loadMapValue(int dst, int fd, int offset) {
        add(Opcode.LD_IMM64, dst, Opcode.PSEUDO_MAP_VALUE, 0, fd);
        add(0, 0, 0, 0, offset);
    }

    void loadNumber(int dst, long value) {
        add(Opcode.LD_IMM64, dst, 0, 0, (int) value);
        add(0, 0, 0, 0, (int) (value >>> 32));
    }

    void stackAddress(int dst, int off) {
        mov(dst, FP);
        plus(dst, off);
    }

    void call(int helper) {
        add(Opcode.JMP | Opcode.CALL, 0, 0, 0, helper);
    }

    void callFunction(FunctionKind function) {
        calls.add(new Call(here(), function));
        add(Opcode.JMP | Opcode.CALL, 0, Opcode.PSEUDO_CALL, 0, 0);
    }

    void loadFunction(int dst, FunctionKind function) {
        calls.add(new Call(here(), function));
        add(Opcode.LD_IMM64, dst, Opcode.PSEUDO_FUNC, 0, 0);
        add(0, 0, 0, 0, 0);
    }

    void exit() {
        add(Opcode.JMP | Opcode.EXIT, 0, 0, 0, 0);
    }

    // ---- jumps

    /// A forward jump to be [landed][#land].
    int jump(int operation, int dst, int imm) {
        add(operation, dst, 0, 0, imm);
        return here() - 1;
    }

    int jumpReg(int operation, int dst, int src) {
        add(operation | Opcode.X, dst, src, 0, 0);
        return here() - 1;
    }

    int jumpAlways() {
        add(Opcode.JMP | Opcode.JA, 0, 0, 0, 0);
        return here() - 1;
    }

    void land(int jump) {
        code.set(jump, code.get(jump).withOff(here() - jump - 1));
    }

    /// A jump back to an instruction already written.
    void jumpBack(int operation, int dst, int imm, int to) {
        add(operation, dst, 0, to - here() - 1, imm);
    }

    /// Leaves the statement at hand.
    void leave(int jump) {
        exits.add(jump);
    }

    /// Where jumps that leave the statement end.
    void endStatement(int exitsBefore) {
        while (exits.size() > exitsBefore) {
            land(exits.removeLast());
        }
    }

    int exitsSoFar() {
        return exits.size();
    }

    // ---- maps

    int map(MapSpec spec) {
        for (Map.Entry<Integer, MapSpec> entry : maps.entrySet()) {
            if (entry.getValue().equals(spec)) {
                return entry.getKey();
            }
        }
        int fd = 1 + maps.size();
        maps.put(fd, spec);
        return fd;
    }
}
