package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/// The basic blocks of one function: what its first instruction reaches, calls left out.
///
/// Works for any code: what is no instruction ends its block, and a jump out of the program is an
/// edge to [Block#OUTSIDE].
final class FlowGraph {
    /// Longer runs of instructions are cut, so that they can lie in different methods.
    private static final int MAX_BLOCK_SLOTS = 128;

    private final int entry;
    private final List<Block> blocks;
    private final int[] blockAt;

    private FlowGraph(int entry, List<Block> blocks, int[] blockAt) {
        this.entry = entry;
        this.blocks = blocks;
        this.blockAt = blockAt;
    }

    static FlowGraph of(Insn[] code, int entry) {
        BitSet reached = new BitSet(code.length);
        BitSet leaders = new BitSet(code.length);
        explore(code, entry, reached, leaders);
        return build(code, entry, reached, leaders);
    }

    private static void explore(Insn[] code, int entry, BitSet reached, BitSet leaders) {
        int[] work = new int[code.length + 1];
        int pending = 0;
        work[pending++] = entry;
        leaders.set(entry);
        while (pending > 0) {
            int at = work[--pending];
            while (at >= 0 && at < code.length && !reached.get(at)) {
                reached.set(at);
                int target = Flow.jumpTarget(code, at);
                if (target >= 0 && target < code.length) {
                    if (!leaders.get(target)) {
                        leaders.set(target);
                        work[pending++] = target;
                    }
                }
                boolean runsOn = Flow.runsOn(code, at);
                if (target != Flow.NONE && runsOn && at + 1 < code.length) {
                    leaders.set(at + 1);
                }
                at = runsOn ? at + Flow.slots(code, at) : code.length;
            }
        }
    }

    private static FlowGraph build(Insn[] code, int entry, BitSet reached, BitSet leaders) {
        int[] blockAt = new int[code.length];
        Arrays.fill(blockAt, Block.NONE);
        List<int[]> spans = new ArrayList<>();
        for (int at = reached.nextSetBit(0); at >= 0; ) {
            int last = lastOf(code, at, reached, leaders);
            blockAt[at] = spans.size();
            spans.add(new int[] {at, last});
            at = reached.nextSetBit(last + 1);
        }
        List<Block> blocks = new ArrayList<>(spans.size());
        for (int[] span : spans) {
            int target = Flow.jumpTarget(code, span[1]);
            int jump = target == Flow.NONE ? Block.NONE : blockOf(blockAt, target);
            int next =
                    Flow.runsOn(code, span[1])
                            ? blockOf(blockAt, span[1] + Flow.slots(code, span[1]))
                            : Block.NONE;
            blocks.add(new Block(span[0], span[1], jump, next));
        }
        return new FlowGraph(entry, List.copyOf(blocks), blockAt);
    }

    private static int lastOf(Insn[] code, int start, BitSet reached, BitSet leaders) {
        int at = start;
        int longest = start + MAX_BLOCK_SLOTS;
        while (at < longest && Flow.runsOn(code, at) && Flow.jumpTarget(code, at) == Flow.NONE) {
            int next = at + Flow.slots(code, at);
            if (next >= code.length || leaders.get(next) || !reached.get(next)) {
                break;
            }
            at = next;
        }
        return at;
    }

    private static int blockOf(int[] blockAt, int insn) {
        return insn >= 0 && insn < blockAt.length && blockAt[insn] >= 0
                ? blockAt[insn]
                : Block.OUTSIDE;
    }

    /// First slot of the function.
    int entry() {
        return entry;
    }

    /// The block that the function begins with.
    int entryBlock() {
        return blockAt[entry];
    }

    /// By ascending first slot.
    List<Block> blocks() {
        return blocks;
    }

    /// First slots of the instructions, by ascending slot.
    IntStream insns(Insn[] code) {
        return blocks.stream()
                .flatMapToInt(block ->
                        IntStream.iterate(
                                block.start(),
                                at -> at <= block.last(),
                                at -> at + Flow.slots(code, at)));
    }

    /// Function entries in the code: 0, targets of calls and of function pointers.
    static int[] entries(Insn[] code) {
        BitSet entries = new BitSet(code.length);
        entries.set(0);
        for (int at = 0; at < code.length; at += Flow.slots(code, at)) {
            Insn insn = code[at];
            boolean refers =
                    (insn.opcode() == (Opcode.JMP | Opcode.CALL)
                                    && insn.src() == Opcode.PSEUDO_CALL)
                            || (insn.isLoadImm64() && insn.src() == Opcode.PSEUDO_FUNC);
            int target = at + 1 + insn.imm();
            if (refers && target >= 0 && target < code.length) {
                entries.set(target);
            }
        }
        return entries.stream().toArray();
    }
}
