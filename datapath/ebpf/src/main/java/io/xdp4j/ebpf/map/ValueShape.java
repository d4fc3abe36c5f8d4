package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// How a value is copied: special fields are left alone, the rest eight bytes at a time.
///
/// Thread: any.
/// Kernel: `copy_map_value`, `check_and_init_map_value`, `bpf_obj_free_fields`.
final class ValueShape {
    private final int size;
    private final boolean isPlain;
    private final int lockOffset;
    private final int[] plainFrom;
    private final int[] plainTo;
    private final MapSpec.SpecialField[] fields;

    ValueShape(MapSpec spec) {
        size = spec.valueSize();
        List<MapSpec.SpecialField> sorted = new ArrayList<>(spec.fields());
        sorted.sort(Comparator.comparingInt(MapSpec.SpecialField::offset));
        fields = sorted.toArray(MapSpec.SpecialField[]::new);
        isPlain = fields.length == 0;
        MapSpec.SpecialField lock = spec.field("bpf_spin_lock");
        lockOffset = lock == null ? -1 : lock.offset();
        plainFrom = new int[fields.length + 1];
        plainTo = new int[fields.length + 1];
        int at = 0;
        for (int i = 0; i < fields.length; i++) {
            plainFrom[i] = at;
            plainTo[i] = fields[i].offset();
            at = fields[i].offset() + fields[i].size();
        }
        plainFrom[fields.length] = at;
        plainTo[fields.length] = size;
    }

    @HotPath
    boolean isPlain() {
        return isPlain;
    }

    @HotPath
    boolean hasLock() {
        return lockOffset >= 0;
    }

    /// Copies all but special fields.
    @HotPath
    void copy(long source, long destination) {
        if (isPlain) {
            RawMemory.copy(source, destination, size);
        } else {
            copyParts(source, destination);
        }
    }

    @HotPath
    private void copyParts(long source, long destination) {
        for (int i = 0; i < plainFrom.length; i++) {
            RawMemory.copy(
                    source + plainFrom[i], destination + plainFrom[i], plainTo[i] - plainFrom[i]);
        }
    }

    /// Copies into a live value under that value's lock.
    @HotPath
    void copyInLocked(long source, long value) {
        SpinWord.lock(value + lockOffset);
        copyParts(source, value);
        SpinWord.unlock(value + lockOffset);
    }

    /// Copies out of a live value under that value's lock.
    @HotPath
    void copyOutLocked(long value, long destination) {
        SpinWord.lock(value + lockOffset);
        copyParts(value, destination);
        SpinWord.unlock(value + lockOffset);
    }

    /// Fills a new value: special fields start as zeroes.
    @HotPath
    void initialise(long source, long destination) {
        if (!isPlain) {
            zeroFields(destination);
        }
        copy(source, destination);
    }

    @HotPath
    void zeroFields(long value) {
        for (MapSpec.SpecialField field : fields) {
            RawMemory.zero(value + field.offset(), field.size());
        }
    }

    /// Hands the value's fields to the environment, which frees what they hold.
    @HotPath
    void release(BpfMap map, MapEnvironment environment, long value) {
        for (MapSpec.SpecialField field : fields) {
            if (field.offset() != lockOffset) {
                environment.release(map, field, value + field.offset());
            }
        }
    }

    /// The bytes as users see them: special fields read zero.
    byte[] toUser(long value, boolean isLocked) {
        byte[] bytes = new byte[size];
        if (isLocked) {
            SpinWord.lock(value + lockOffset);
        }
        for (int i = 0; i < plainFrom.length; i++) {
            RawMemory.copyOut(value + plainFrom[i], bytes, plainFrom[i], plainTo[i] - plainFrom[i]);
        }
        if (isLocked) {
            SpinWord.unlock(value + lockOffset);
        }
        return bytes;
    }
}
