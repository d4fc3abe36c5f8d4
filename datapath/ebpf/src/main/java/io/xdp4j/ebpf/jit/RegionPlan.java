package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.PriorityQueue;

/// Cuts a function into regions that HotSpot compiles, one method each.
///
/// HotSpot leaves methods above 8000 bytes of bytecode to its interpreter, and the JVM refuses those
/// above 64 KiB. Blocks go into regions in an order in which control mostly runs forward, a loop
/// into one region where it fits.
///
/// Kernel: none; `HugeMethodLimit` of HotSpot.
final class RegionPlan {
    private final List<int[]> regions;
    private final int[] regionOf;
    private final List<BitSet> entries = new ArrayList<>();
    private boolean jumpsBack;

    private RegionPlan(FlowGraph graph, List<int[]> regions) {
        this.regions = regions;
        this.regionOf = new int[graph.blocks().size()];
        for (int region = 0; region < regions.size(); region++) {
            for (int block : regions.get(region)) {
                regionOf[block] = region;
            }
            entries.add(new BitSet());
        }
        enter(graph.entryBlock());
        for (int number = 0; number < regionOf.length; number++) {
            Block block = graph.blocks().get(number);
            cross(number, block.jump());
            cross(number, block.next());
        }
    }

    private void enter(int block) {
        entries.get(regionOf[block]).set(block);
    }

    private void cross(int from, int to) {
        if (to >= 0 && regionOf[from] != regionOf[to]) {
            enter(to);
            jumpsBack |= regionOf[to] < regionOf[from];
        }
    }

    static RegionPlan of(Insn[] insns, FlowGraph graph, JitOptions options) {
        List<Block> blocks = graph.blocks();
        int[] bytes = new int[blocks.size()];
        long total = 0;
        for (int number = 0; number < bytes.length; number++) {
            bytes[number] = CodeSize.of(insns, blocks.get(number), options.isChecked());
            total += bytes[number];
        }
        if (total <= options.methodBytes()) {
            int[] all = new int[bytes.length];
            Arrays.setAll(all, i -> i);
            return new RegionPlan(graph, List.of(all));
        }
        return new RegionPlan(graph, pack(graph, bytes, options.methodBytes()));
    }

    private static List<int[]> pack(FlowGraph graph, int[] bytes, int most) {
        Loops loops = Loops.of(graph);
        List<int[]> regions = new ArrayList<>();
        List<Integer> current = new ArrayList<>();
        long size = 0;
        for (int loop : order(graph, loops)) {
            List<Integer> members = loops.members(loop);
            long more = members.stream().mapToLong(block -> bytes[block]).sum();
            if (size > 0 && size + more > most) {
                regions.add(finish(current));
                size = 0;
            }
            for (int block : members) {
                if (size > 0 && size + bytes[block] > most) {
                    regions.add(finish(current));
                    size = 0;
                }
                current.add(block);
                size += bytes[block];
            }
        }
        regions.add(finish(current));
        return regions;
    }

    private static int[] finish(List<Integer> blocks) {
        int[] sorted = blocks.stream().mapToInt(Integer::intValue).sorted().toArray();
        blocks.clear();
        return sorted;
    }

    /// The loops (and single blocks), each behind all that lead to it; else as in the program.
    private static List<Integer> order(FlowGraph graph, Loops loops) {
        int[] waitsFor = new int[loops.count()];
        for (int number = 0; number < graph.blocks().size(); number++) {
            for (int to : loops.leaving(graph, number)) {
                waitsFor[to]++;
            }
        }
        PriorityQueue<int[]> ready = new PriorityQueue<>((a, b) -> Integer.compare(a[1], b[1]));
        for (int loop = 0; loop < waitsFor.length; loop++) {
            if (waitsFor[loop] == 0) {
                ready.add(new int[] {loop, loops.members(loop).getFirst()});
            }
        }
        List<Integer> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            int loop = ready.remove()[0];
            order.add(loop);
            for (int block : loops.members(loop)) {
                for (int to : loops.leaving(graph, block)) {
                    if (--waitsFor[to] == 0) {
                        ready.add(new int[] {to, loops.members(to).getFirst()});
                    }
                }
            }
        }
        return order;
    }

    int count() {
        return regions.size();
    }

    /// Blocks of the region, ascending.
    int[] blocks(int region) {
        return regions.get(region);
    }

    int regionOf(int block) {
        return regionOf[block];
    }

    /// Blocks that control comes to from outside of the region.
    BitSet entries(int region) {
        return entries.get(region);
    }

    /// Which of its region's entries the block is.
    int entryIndex(int block) {
        return entries.get(regionOf[block]).get(0, block).cardinality();
    }

    /// True when control goes from a region back to an earlier one.
    boolean jumpsBack() {
        return jumpsBack;
    }
}
