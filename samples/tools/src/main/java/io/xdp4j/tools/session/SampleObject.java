package io.xdp4j.tools.session;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.tools.exit.CommandException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A loaded object, its programs and maps by name. Numbers are little-endian, as programs store
/// them.
///
/// Where a name may differ between objects (ours, the kernel's of several years), methods take all
/// of them and use the first that is there.
///
/// Thread: that of the session.
/// Fails: [CommandException] for what the object lacks, [io.xdp4j.control.ControlException] for a
/// refused map operation.
public final class SampleObject {
    private final DatapathControl control;
    private final ObjectInfo info;

    SampleObject(DatapathControl control, ObjectInfo info) {
        this.control = control;
        this.info = info;
    }

    public ObjectInfo info() {
        return info;
    }

    /// The first program that is there, by name or section.
    public ProgramInfo program(String... names) {
        return findProgram(names)
                .orElseThrow(() ->
                        lacks(
                                "program",
                                names,
                                info.programs().stream().map(ProgramInfo::name).toList()));
    }

    public Optional<ProgramInfo> findProgram(String... names) {
        return Arrays.stream(names)
                .flatMap(name ->
                        info.programs().stream()
                                .filter(p -> p.name().equals(name) || p.section().equals(name)))
                .findFirst();
    }

    /// The first map that is there.
    public MapInfo map(String... names) {
        return findMap(names)
                .orElseThrow(() ->
                        lacks("map", names, info.maps().stream().map(MapInfo::name).toList()));
    }

    public Optional<MapInfo> findMap(String... names) {
        return Arrays.stream(names)
                .flatMap(name -> info.maps().stream().filter(map -> map.name().equals(name)))
                .findFirst();
    }

    private CommandException lacks(String what, String[] names, List<String> known) {
        return CommandException.input(
                info.name()
                        + ": no "
                        + what
                        + " "
                        + String.join(" or ", names)
                        + " (expected: an object of this tool; it has "
                        + String.join(", ", known)
                        + ")");
    }

    // ---- values

    /// Sets the value under a 32-bit key; a shorter one is filled up with zeros.
    public void put(MapInfo map, int key, byte[] value) {
        control.update(
                map.id(), bytes(key, map.keySize()), Arrays.copyOf(value, map.valueSize()), 0);
    }

    /// Sets 32-bit words under a 32-bit key; what is left of the value is zero.
    public void put(MapInfo map, int key, int... words) {
        ByteBuffer value = ByteBuffer.allocate(map.valueSize()).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            if (value.remaining() >= Integer.BYTES) {
                value.putInt(word);
            }
        }
        put(map, key, value.array());
    }

    /// The value under a 32-bit key, all workers' of a per-CPU map; zeros when there is none.
    public ByteBuffer get(MapInfo map, int key) {
        byte[] value = control.lookup(map.id(), bytes(key, map.keySize()));
        return ByteBuffer.wrap(value == null ? new byte[map.userValueSize()] : value)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /// A 64-bit word of each worker's value.
    ///
    /// @param offset bytes from the value's start
    public long[] perCpu(MapInfo map, int key, int offset) {
        ByteBuffer value = get(map, key);
        int stride = (map.valueSize() + 7) & -8;
        long[] words = new long[value.capacity() / stride];
        for (int cpu = 0; cpu < words.length; cpu++) {
            words[cpu] = value.getLong(cpu * stride + offset);
        }
        return words;
    }

    /// The sum of a 64-bit word over all workers.
    public long sum(MapInfo map, int key, int offset) {
        return Arrays.stream(perCpu(map, key, offset)).sum();
    }

    /// A number in so many bytes, little-endian.
    public static byte[] bytes(long value, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < Math.min(size, Long.BYTES); i++) {
            bytes[i] = (byte) (value >>> (8 * i));
        }
        return bytes;
    }

    @Override
    public String toString() {
        return info.name();
    }
}
