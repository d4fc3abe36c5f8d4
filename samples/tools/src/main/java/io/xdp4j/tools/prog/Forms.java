package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.testrun.TestRun;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The command-line contract's short forms of a packet's result (R) and of a map's content (M).
final class Forms {
    private static final HexFormat HEX = HexFormat.of();
    private static final int DIGEST_BYTES = 8;
    private static final int MAX_ENTRIES = 600;
    private static final long MAX_VALUE_DIGITS = 200_000;

    private Forms() {}

    /// R: verdict, length and digest of the output.
    static List<Object> result(TestRun.Result result, byte[] input) {
        byte[] output = result.data();
        return List.of(
                Integer.toUnsignedLong(result.retval()),
                output.length,
                Arrays.equals(input, output) ? "=" : digest(output));
    }

    /// R of a packet that cannot run.
    static List<Object> refused(int errno) {
        return List.of(Errno.nameOf(errno));
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HEX.formatHex(hash, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// M of every map, in their order.
    ///
    /// @param cpu whose values per-CPU maps give
    static List<Object> maps(Iterable<BpfMap> maps, int cpu) {
        List<Object> all = new ArrayList<>();
        maps.forEach(map -> all.add(map(map, cpu)));
        return all;
    }

    /// M: sorted entries, or only their number when they are many.
    static Map<String, @Nullable Object> map(BpfMap map, int cpu) {
        List<List<String>> entries = entries(map, cpu);
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("map", map.name());
        form.put("type", map.type().text());
        form.put("count", entries.size());
        long digits = entries.stream().mapToLong(entry -> entry.get(1).length()).sum();
        if (entries.size() <= MAX_ENTRIES && digits <= MAX_VALUE_DIGITS) {
            form.put("entries", entries);
        }
        return form;
    }

    /// Entries as hex, sorted by key; all-zero ones of arrays left out.
    static List<List<String>> entries(BpfMap map, int cpu) {
        List<List<String>> entries = new ArrayList<>();
        if (!isEnumerable(map.type())) {
            return entries;
        }
        boolean array = map.type() == MapType.ARRAY || map.type() == MapType.PERCPU_ARRAY;
        try {
            map.forEach((key, value) -> {
                byte[] shown = map.type().isPerCpu() ? valueOf(map, value, cpu) : value;
                if (!array || !isZero(shown)) {
                    entries.add(List.of(HEX.formatHex(key), HEX.formatHex(shown)));
                }
            });
        } catch (MapException e) {
            return new ArrayList<>(); // its values cannot be read from outside
        }
        entries.sort(Comparator.comparing(List::getFirst));
        return entries;
    }

    private static boolean isEnumerable(MapType type) {
        return switch (type) {
            case RINGBUF, USER_RINGBUF, QUEUE, STACK, BLOOM_FILTER, PERF_EVENT_ARRAY -> false;
            default -> true;
        };
    }

    /// One CPU's share of what the user sees of a per-CPU value.
    private static byte[] valueOf(BpfMap map, byte[] values, int cpu) {
        int stride = (map.valueSize() + 7) & -8;
        return Arrays.copyOfRange(values, cpu * stride, cpu * stride + map.valueSize());
    }

    private static boolean isZero(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
