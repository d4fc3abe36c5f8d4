package io.xdp4j.ebpf.elf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/// Records about slots of code sections, to be asked for by range.
final class SlotIndex<T> {
    private final Map<String, List<T>> bySection = new HashMap<>();
    private final ToIntFunction<T> slot;

    SlotIndex(Map<String, List<T>> records, ToIntFunction<T> slot) {
        this.slot = slot;
        records.forEach((section, list) -> {
            List<T> sorted = new ArrayList<>(list);
            sorted.sort(Comparator.comparingInt(slot));
            bySection.put(section, sorted);
        });
    }

    /// The records of slots `first` to `end - 1` of that section, ascending.
    List<T> within(String section, int first, int end) {
        List<T> all = bySection.getOrDefault(section, List.of());
        return all.subList(firstAtOrBehind(all, first), firstAtOrBehind(all, end));
    }

    private int firstAtOrBehind(List<T> all, int wanted) {
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (slot.applyAsInt(all.get(middle)) < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
