package io.xdp4j.packet.generator;

import io.xdp4j.core.device.RssTable;
import io.xdp4j.ebpf.memory.RawMemory;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Everything a generator will ever send, ready to be copied.
///
/// A slot is one frame of the endless sequence that all queues together send in turn. Its first
/// [#STRIDE] bytes, which hold all headers, are stored for each slot; what follows is the same in
/// all frames. Receive-side scaling decides once and for all which queue sends a slot.
///
/// Thread: immutable once made.
/// Owns: its memory, until closed.
final class FlowTable implements AutoCloseable {
    /// Bytes kept for each slot.
    static final int STRIDE = 128;

    /// With more slots than this, each flow keeps one size instead of taking all in turn.
    private static final int MANY_SLOTS = 1 << 18;

    private final Arena arena = Arena.ofShared();
    private final long templates;
    private final long pattern;
    private final int[] lengths;
    private final byte[] queueOf;

    FlowTable(GeneratorSpec spec) {
        int sequence = spec.flows() * (spec.bidirectional() ? 2 : 1);
        int rounds = spec.sizes().size();
        int slots = (long) sequence * rounds > MANY_SLOTS ? sequence : sequence * rounds;
        lengths = new int[slots];
        queueOf = new byte[slots];
        templates = arena.allocate((long) slots * STRIDE, STRIDE).address();
        pattern = newPattern(spec);
        fill(spec, sequence);
    }

    private long newPattern(GeneratorSpec spec) {
        int longest = spec.sizes().stream().mapToInt(Integer::intValue).max().orElse(0);
        int bytes = Math.max(longest, STRIDE);
        long address = arena.allocate(bytes, Long.BYTES).address();
        for (int i = 0; i < bytes; i++) {
            RawMemory.putByte(address + i, i);
        }
        return address;
    }

    private void fill(GeneratorSpec spec, int sequence) {
        TemplateWriter writer = new TemplateWriter(spec, pattern);
        RssTable rss = new RssTable(spec.init().rxQueues());
        SplittableRandom random = new SplittableRandom(spec.seed());
        int offset = random.nextInt();
        int directions = sequence / spec.flows();
        for (int i = 0; i < spec.flows(); i++) {
            Flow flow = Flow.of(i, spec, random, offset);
            for (int direction = 0; direction < directions; direction++) {
                int first = i * directions + direction;
                fillRounds(spec, writer, rss, sequence, first, flow, direction == 1);
            }
        }
    }

    private void fillRounds(
            GeneratorSpec spec,
            TemplateWriter writer,
            RssTable rss,
            int sequence,
            int first,
            Flow flow,
            boolean reverse) {
        int sizes = spec.sizes().size();
        for (int slot = first, round = 0; slot < lengths.length; slot += sequence, round++) {
            int size = spec.sizes().get((first + round) % sizes);
            int length = Math.max(size, writer.headerLength(flow));
            long template = template(slot);
            lengths[slot] = length;
            writer.write(template, STRIDE, flow, reverse, length);
            queueOf[slot] = (byte) rss.queueOf(template, Math.min(length, STRIDE));
        }
    }

    int slots() {
        return lengths.length;
    }

    /// The slots of a queue, in order.
    int[] slotsOf(int queue) {
        int[] slots = new int[lengths.length];
        int count = 0;
        for (int slot = 0; slot < slots.length; slot++) {
            if (queueOf[slot] == queue) {
                slots[count++] = slot;
            }
        }
        return Arrays.copyOf(slots, count);
    }

    /// How many of the first `frames` frames of the sequence are a queue's, given its slots.
    long share(long frames, int[] slots) {
        long rounds = frames / lengths.length;
        int rest = (int) (frames % lengths.length);
        int inRest = Arrays.binarySearch(slots, rest);
        return rounds * slots.length + (inRest < 0 ? -inRest - 1 : inRest);
    }

    int length(int slot) {
        return lengths[slot];
    }

    long template(int slot) {
        return templates + (long) slot * STRIDE;
    }

    /// Address of the payload that all frames share, as if it started at the frame's start.
    long pattern() {
        return pattern;
    }

    @Override
    public void close() {
        arena.close();
    }
}
