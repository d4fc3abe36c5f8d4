package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Writes programs by a grammar: about two thirds are good, the others nearly so.
///
/// **Seeds.** The program is a function of the seed alone: `generate(seed)` gives the same
/// instructions, maps and types on every machine, so a seed names a program in a report. Seeds next
/// to each other give unrelated programs; a campaign counts up from a start seed. What a seed gives
/// changes when the grammar does: keep a program's instructions, not its seed, as a regression case.
/// One program in three is written without deliberate mistakes, the others take one chance in 30 or
/// 100 to do wrong: a check left out, a bound off by one, a stale pointer, a missing release.
///
/// Programs have up to eight words of stack data, numbers of unknown size, bounded numbers, packet
/// and map access, loops, callbacks, static and global functions, dynptrs and locks. XDP programs need
/// root's privileges; socket filters are of what any user may load.
///
/// Thread: any; keeps no state.
public final class ProgramGenerator {
    private static final Statement[] PLAIN = {
        Numbers::operation,
        Numbers::operation,
        Numbers::operation,
        Numbers::extension,
        Numbers::constant,
        Numbers::keepBounded,
        Numbers::related,
        Numbers::linked,
        StackStatements::store,
        StackStatements::load,
        StackStatements::load,
        StackStatements::variable,
        StackStatements::pointer,
        StackStatements::atomic,
        MapStatements::lookup,
        MapStatements::lookup,
        MapStatements::lookup,
        MapStatements::globals,
        MapStatements::globals,
        MapStatements::update,
        MapStatements::mapInMap,
        MapStatements::queue,
        MapStatements::ring,
        MapStatements::locked,
        CallStatements::plain,
        CallStatements::dynptr,
        CallStatements::ringDynptr
    };
    private static final Statement[] WITH_CONTEXT = {
        PacketStatements::fixed, PacketStatements::fixed, PacketStatements::fixed,
        PacketStatements::variable, PacketStatements::variable, PacketStatements::swappedSum,
        PacketStatements::meta, PacketStatements::spilled, PacketStatements::adjust,
        PacketStatements::copy, PacketStatements::helpers, PacketStatements::context,
        MapStatements::redirect
    };
    private static final Statement[] UNPRIVILEGED = {
        Numbers::operation,
        Numbers::constant,
        Numbers::keepBounded,
        Numbers::related,
        StackStatements::store,
        StackStatements::load,
        StackStatements::variable,
        StackStatements::pointer,
        StackStatements::atomic,
        MapStatements::lookup,
        MapStatements::lookup,
        MapStatements::globals,
        MapStatements::globals,
        MapStatements::update,
        MapStatements::mapInMap,
        MapStatements::ring,
        CallStatements::plain
    };
    private static final int MAX_DEPTH = 2;

    private final Draft d;
    private final long seed;
    private final ProgramType type;
    private final Map<FunctionKind, Integer> starts = new EnumMap<>(FunctionKind.class);

    private ProgramGenerator(long seed, ProgramType type) {
        this.seed = seed;
        this.type = type;
        Random random = new Random(seed * 0x9e37_79b9_7f4a_7c15L + 0x1234_5678_9abcL);
        int[] odds = {0, 30, 100};
        this.d = new Draft(random, odds[random.nextInt(odds.length)]);
    }

    /// The XDP program of that seed.
    public static GeneratedProgram generate(long seed) {
        return new ProgramGenerator(seed, ProgramType.XDP).write();
    }

    /// The socket filter of that seed: without functions, loops and what else takes capabilities.
    public static GeneratedProgram filter(long seed) {
        return new ProgramGenerator(seed, ProgramType.SOCKET_FILTER).write();
    }

    private GeneratedProgram write() {
        main();
        List<LinkedProgram.FuncInfo> functions = new ArrayList<>();
        functions.add(new LinkedProgram.FuncInfo(0, Types.MAIN));
        for (int done = 0; done < d.calls().size(); done++) {
            Draft.Call call = d.calls().get(done);
            if (!starts.containsKey(call.function())) {
                starts.put(call.function(), d.here());
                functions.add(
                        new LinkedProgram.FuncInfo(d.here(), Types.function(call.function())));
                function(call.function());
            }
        }
        d.calls().forEach(this::resolve);
        return new GeneratedProgram(
                seed, type, d.code(), d.maps(), functions.size() == 1 ? List.of() : functions);
    }

    private void resolve(Draft.Call call) {
        int start = starts.getOrDefault(call.function(), 0);
        Insn insn = d.code().get(call.at());
        d.code().set(call.at(), insn.withImm(start - call.at() - 1));
    }

    private void main() {
        d.hasContext = type == ProgramType.XDP;
        d.mov(Draft.CTX, 1);
        for (int reg = 7; reg <= 9; reg++) {
            number(reg);
        }
        fillStack();
        body(d.between(2, 12), true);
        end();
    }

    private void number(int reg) {
        switch (d.below(3)) {
            case 0 -> d.loadUnsigned(Opcode.W, reg, Draft.CTX, d.pick(12, 16));
            case 1 -> {
                d.call(7);
                d.mov(reg, 0);
            }
            default -> d.loadNumber(reg, d.number());
        }
    }

    /// Data words get numbers, what helpers read gets zeros: what a run reads it wrote, so that engines
    /// can be compared.
    private void fillStack() {
        for (int off = Draft.DATA; off < 0; off += 8) {
            if (d.chance(2)) {
                d.store(Opcode.DW, Draft.FP, off, d.kept());
            } else {
                d.storeNumber(Opcode.DW, Draft.FP, off, d.number());
            }
        }
        for (int off = Draft.BUFFER; off < Draft.BUFFER + 64; off += 8) {
            d.storeNumber(Opcode.DW, Draft.FP, off, 0);
        }
    }

    private void body(int statements, boolean mayNest) {
        for (int i = 0; i < statements; i++) {
            int exits = d.exitsSoFar();
            statement(mayNest);
            d.endStatement(exits);
        }
    }

    private void statement(boolean mayNest) {
        if (type != ProgramType.XDP) {
            unprivileged(mayNest);
        } else if (mayNest && d.depth < MAX_DEPTH && d.chance(4)) {
            nested();
        } else if (d.hasContext && d.chance(2)) {
            WITH_CONTEXT[d.below(WITH_CONTEXT.length)].write(d);
        } else {
            PLAIN[d.below(PLAIN.length)].write(d);
        }
    }

    private void unprivileged(boolean mayNest) {
        if (mayNest && d.depth < MAX_DEPTH && d.chance(4)) {
            d.depth++;
            Statement inner = _ -> body(d.between(1, 3), true);
            LoopStatements.branch(d, inner, inner);
            d.depth--;
        } else {
            UNPRIVILEGED[d.below(UNPRIVILEGED.length)].write(d);
        }
    }

    private void nested() {
        boolean spilled = d.packetSpilled;
        d.depth++;
        Statement inner = _ -> body(d.between(1, 3), true);
        switch (d.below(8)) {
            case 0 -> LoopStatements.counted(d, inner);
            case 1 -> LoopStatements.upTo(d, inner);
            case 2 -> LoopStatements.mayGoto(d, inner);
            case 3 -> LoopStatements.helper(d);
            case 4 -> MapStatements.eachElement(d);
            case 5 -> {
                if (d.inMain) {
                    CallStatements.function(d);
                } else {
                    Numbers.operation(d);
                }
            }
            default -> LoopStatements.branch(d, inner, inner);
        }
        d.depth--;
        d.packetSpilled &= spilled;
        if (d.depth == 0 && d.hasContext && d.chance(8)) {
            MapStatements.tailCall(d);
        }
    }

    private void end() {
        if (d.mistake()) {
            d.mov(0, d.kept());
        } else {
            d.set(0, d.below(5));
        }
        d.exit();
    }

    private void function(FunctionKind kind) {
        d.packetSpilled = false;
        d.inMain = false;
        d.depth = 1;
        d.hasContext = kind == FunctionKind.STATIC || kind == FunctionKind.GLOBAL;
        switch (kind) {
            case STATIC, GLOBAL -> {
                d.mov(Draft.CTX, 1);
                d.mov(7, 2);
                d.mov(8, 3);
                d.set(9, d.number());
            }
            case LOOP_CALLBACK -> callback(1, 2);
            case ELEMENT_CALLBACK -> {
                d.load(Opcode.W, 9, 2, 0);
                elementValue();
                callback(9, 4);
            }
        }
        fillStack();
        body(d.between(1, 4), d.hasContext);
        if (kind == FunctionKind.LOOP_CALLBACK || kind == FunctionKind.ELEMENT_CALLBACK) {
            d.mov(0, 9);
            d.add(Opcode.ALU64 | Opcode.AND, 0, 0, 0, d.mistake() ? 3 : 1);
        } else {
            d.mov(0, d.kept());
        }
        d.exit();
    }

    private void elementValue() {
        int size = d.size();
        int last = 16 - Draft.bytes(size) + (d.mistake() ? 1 : 0);
        d.load(size, 7, 3, d.between(0, last));
    }

    /// @param index register with a number
    /// @param pointer register with the address of the caller's data words
    private void callback(int index, int pointer) {
        d.mov(9, index);
        int size = d.size();
        int off = d.below(64 / Draft.bytes(size)) * Draft.bytes(size);
        if (d.chance(2)) {
            d.store(size, pointer, off, 9);
        }
        d.load(size, 8, pointer, off);
        d.mov(7, 9);
    }
}
