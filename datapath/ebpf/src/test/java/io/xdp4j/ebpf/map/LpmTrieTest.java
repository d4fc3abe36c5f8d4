package io.xdp4j.ebpf.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.memory.RawMemory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random prefixes, beside a map that is searched length by length.
class LpmTrieTest {
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1,60,8",
        "2,200,16",
        "3,100,2",
        "4,300,32",
        "4,300,3",
        "8,50,64",
        "16,400,5",
        "16,400,128",
        "256,20,2"
    })
    void agreesWithASearchLengthByLength(int bytes, int entries, int alphabet) {
        MapSpec spec =
                MapSpec.of("lpm", MapType.LPM_TRIE, 4 + bytes, 8, entries, MapFlags.NO_PREALLOC);
        try (BpfMap map = MapFactory.create(spec, 1, 2)) {
            Random random = new Random(bytes * 7L + alphabet);
            Map<String, Long> model = new HashMap<>();
            for (int round = 0; round < 15_000; round++) {
                String bits = randomBits(random, bytes * 8, alphabet);
                switch (random.nextInt(4)) {
                    case 0 -> delete(map, model, bits);
                    case 1, 2 -> update(map, model, bits, random.nextInt(3), round, entries);
                    default -> lookup(map, model, bits);
                }
                if (round % 1000 == 0) {
                    listsInKernelOrder(map, model);
                }
            }
            listsInKernelOrder(map, model);
            for (String bits : List.copyOf(model.keySet())) {
                delete(map, model, bits);
                lookup(map, model, bits);
            }
            assertThat(map.nextKey(null)).isNull();
        }
    }

    /// Bits of a few patterns, so that prefixes meet.
    private static String randomBits(Random random, int max, int alphabet) {
        int length = random.nextInt(max + 1);
        StringBuilder bits = new StringBuilder();
        int pattern = random.nextInt(alphabet);
        for (int i = 0; i < length; i++) {
            boolean isOdd = random.nextInt(alphabet) == 0;
            bits.append((((pattern >> (i % 5)) & 1) ^ (isOdd ? 1 : 0)) == 0 ? '0' : '1');
        }
        return bits.toString();
    }

    private static byte[] bytes(String bits, int size) {
        byte[] key = new byte[size];
        key[0] = (byte) bits.length();
        key[1] = (byte) (bits.length() >> 8);
        for (int i = 0; i < bits.length(); i++) {
            if (bits.charAt(i) == '1') {
                key[4 + i / 8] |= (byte) (0x80 >> (i % 8));
            }
        }
        return key;
    }

    private long address(byte[] bytes) {
        long at = arena.allocate(bytes.length, 8).address();
        RawMemory.copyIn(bytes, 0, at, bytes.length);
        return at;
    }

    private void delete(BpfMap map, Map<String, Long> model, String bits) {
        int expected = model.remove(bits) == null ? -Errno.ENOENT : 0;
        assertThat(map.delete(address(bytes(bits, map.keySize())), 0)).isEqualTo(expected);
    }

    private void update(
            BpfMap map, Map<String, Long> model, String bits, long flags, long value, int most) {
        boolean isThere = model.containsKey(bits);
        int expected =
                isThere && flags == MapFlags.NOEXIST
                        ? -Errno.EEXIST
                        : !isThere && flags == MapFlags.EXIST
                                ? -Errno.ENOENT
                                : !isThere && model.size() == most ? -Errno.ENOSPC : 0;
        long bytes = arena.allocate(8, 8).address();
        RawMemory.putLong(bytes, value);
        long key = address(bytes(bits, map.keySize()));
        assertThat(map.update(key, bytes, flags, 0)).isEqualTo(expected);
        if (expected == 0) {
            model.put(bits, value);
        }
    }

    private void lookup(BpfMap map, Map<String, Long> model, String bits) {
        long at = map.lookup(address(bytes(bits, map.keySize())), 0);
        assertThat(at == 0 ? null : RawMemory.getLong(at)).isEqualTo(longest(model, bits));
        assertThat(at == 0 || (map.owns(at, 8) && !map.owns(at, 9))).isTrue();
    }

    private static @Nullable Long longest(Map<String, Long> model, String bits) {
        for (int length = bits.length(); length >= 0; length--) {
            Long value = model.get(bits.substring(0, length));
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static void listsInKernelOrder(BpfMap map, Map<String, Long> model) {
        List<String> expected = new ArrayList<>(model.keySet());
        // What is longer comes before its own beginning: '2' sorts behind both digits.
        expected.sort((a, b) -> (a + "2").compareTo(b + "2"));
        List<String> listed = new ArrayList<>();
        map.forEach((key, _) -> listed.add(bits(key)));
        assertThat(listed).isEqualTo(expected);
        Collections.sort(listed);
        assertThat(listed).doesNotHaveDuplicates();
    }

    private static String bits(byte[] key) {
        int length = (key[0] & 0xff) | ((key[1] & 0xff) << 8);
        StringBuilder bits = new StringBuilder();
        for (int i = 0; i < length; i++) {
            bits.append((key[4 + i / 8] & (0x80 >> (i % 8))) == 0 ? '0' : '1');
        }
        return bits.toString();
    }
}
