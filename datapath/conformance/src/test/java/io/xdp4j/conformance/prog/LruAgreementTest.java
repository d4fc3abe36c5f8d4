package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.asm.Assembler;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapFactory;
import io.xdp4j.ebpf.map.MapFlags;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.Sched;
import io.xdp4j.linux.bpf.KernelBpf;
import io.xdp4j.linux.bpf.KernelBpf.LoadResult;
import io.xdp4j.linux.bpf.KernelBpf.MapAttributes;
import io.xdp4j.linux.bpf.KernelBpf.ProgramAttributes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An LRU map forgets what the live kernel's forgets: after every step of updates, deletes and look-ups
/// by a program, on one CPU, both hold the same keys.
final class LruAgreementTest {
    private static final int XDP = 6;
    private static final int STEPS = 40;

    /// Looks up the key that the packet begins with.
    private static final String LOOK_UP =
            """
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r0 = 1
            r4 = r2
            r4 += 14
            if r4 > r3 goto out
            r5 = *(u32 *)(r2 +0)
            *(u32 *)(r10 -4) = r5
            r1 = map[id:0]
            r2 = r10
            r2 += -4
            call 1
            r0 = 2
            out: exit
            """;

    private BitSet before = new BitSet();

    @BeforeEach
    void onOneCpu() {
        KernelMirror.assumeBpf();
        before = Sched.affinity();
        Sched.setAffinity(0);
    }

    @AfterEach
    void onAllCpus() {
        Sched.setAffinity(before);
    }

    @ParameterizedTest
    @CsvSource({
        "LRU_HASH, 1, 0",
        "LRU_HASH, 2, 0",
        "LRU_HASH, 7, 0",
        "LRU_HASH, 64, 0",
        "LRU_HASH, 500, 0",
        "LRU_HASH, 3000, 0",
        "LRU_PERCPU_HASH, 16, 0",
        "LRU_PERCPU_HASH, 1000, 0",
        "LRU_HASH, 5, 2",
        "LRU_HASH, 64, 2",
        "LRU_HASH, 1000, 2",
        "LRU_PERCPU_HASH, 100, 2"
    })
    void forgetsWhatTheKernelForgets(MapType type, int maxEntries, int flags) {
        int cpus = Sched.configuredCpus();
        int fd =
                KernelBpf.createMap(
                        MapAttributes.of("lru", type.number(), 4, 8, maxEntries, flags));
        assertThat(fd).isPositive();
        MapSpec spec = MapSpec.of("lru", type, 4, 8, maxEntries, flags);
        int program = load(fd);
        try (BpfMap map = MapFactory.create(spec, 1, cpus)) {
            new Pair(map, fd, program, cpus, maxEntries).compare();
        } finally {
            Fd.close(program);
            Fd.close(fd);
        }
    }

    private static int load(int map) {
        List<Insn> insns = Assembler.assemble(LOOK_UP.replace("id:0", "id:" + map));
        byte[] code = KernelMirror.encoded(insns);
        LoadResult loaded =
                KernelBpf.loadProgram(ProgramAttributes.of("look_up", XDP, code, "GPL"));
        assertThat(loaded.fd()).as(loaded.log()).isPositive();
        return loaded.fd();
    }

    /// The same map on both sides.
    private static final class Pair {
        private final BpfMap map;
        private final int fd;
        private final int program;
        private final int cpus;
        private final int maxEntries;
        private final Random random = new Random(7);

        Pair(BpfMap map, int fd, int program, int cpus, int maxEntries) {
            this.map = map;
            this.fd = fd;
            this.program = program;
            this.cpus = cpus;
            this.maxEntries = maxEntries;
        }

        void compare() {
            int batch = Math.max(3, maxEntries / 8);
            for (int step = 0; step < STEPS; step++) {
                for (int i = 0; i < batch; i++) {
                    act(random.nextInt(2 * maxEntries + 4), random.nextInt(10));
                }
                assertThat(ours()).as("keys after step " + step).isEqualTo(theirs());
            }
        }

        private void act(int key, int what) {
            switch (what) {
                case 0 ->
                        assertThat(tried(() -> map.delete(word(key)))).isEqualTo(kernelDelete(key));
                case 1, 2, 3 -> lookUp(key);
                case 4 -> update(key, MapFlags.EXIST);
                case 5 -> update(key, MapFlags.NOEXIST);
                default -> update(key, MapFlags.ANY);
            }
        }

        private int kernelDelete(int key) {
            return KernelBpf.delete(fd, word(key));
        }

        private void lookUp(int key) {
            byte[] packet = new byte[64];
            System.arraycopy(word(key), 0, packet, 0, Integer.BYTES);
            assertThat(KernelBpf.testRun(program, packet, new byte[0], 64, 1).retval())
                    .isEqualTo(2);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment at = arena.allocate(ValueLayout.JAVA_INT);
                at.set(ValueLayout.JAVA_INT, 0, key);
                map.lookup(at.address(), 0);
            }
        }

        private void update(int key, long flags) {
            byte[] theirs = new byte[map.type().isPerCpu() ? 8 * cpus : 8];
            int expected = KernelBpf.update(fd, word(key), theirs, flags);
            byte[] mine = new byte[map.userValueSize()];
            assertThat(tried(() -> map.update(word(key), mine, flags))).isEqualTo(expected);
        }

        private static int tried(Runnable action) {
            try {
                action.run();
                return 0;
            } catch (MapException e) {
                return -e.errno();
            }
        }

        private Set<Integer> ours() {
            TreeSet<Integer> keys = new TreeSet<>();
            map.forEach((key, _) -> keys.add(number(key)));
            return keys;
        }

        private Set<Integer> theirs() {
            TreeSet<Integer> keys = new TreeSet<>();
            byte[] key = new byte[0];
            byte[] next = new byte[Integer.BYTES];
            while (KernelBpf.nextKey(fd, key, next) == 0) {
                keys.add(number(next));
                key = next.clone();
            }
            return keys;
        }

        private static byte[] word(int value) {
            return KernelMirror.word(value);
        }

        private static int number(byte[] key) {
            return ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN).getInt();
        }
    }
}
