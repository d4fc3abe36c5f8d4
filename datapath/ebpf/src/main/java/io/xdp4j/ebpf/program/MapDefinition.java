package io.xdp4j.ebpf.program;

import io.xdp4j.ebpf.map.MapSpec;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A map as an object defines it: its shape, and what it holds before the first run. Immutable.
///
/// Kernel: `struct bpf_map` of libbpf.
///
/// @param spec name as `bpftool` shows it (`xdp_pass.rodata`), and shape
/// @param section where it is defined: `.maps`, `maps`, `.rodata`, `.kconfig`
/// @param pinning how it is shared between objects
/// @param contents value of the one entry of a global data map, else null
/// @param frozen true when users may not change it after the load (`.rodata`, `.kconfig`)
/// @param slots entries to set by name: programs of a prog array, maps of an array of maps
/// @param variables what stands where in `contents`
/// @param missing variables without a value, which must get one before programs are linked
public record MapDefinition(
        MapSpec spec,
        String section,
        Pinning pinning,
        @Nullable InitialValue contents,
        boolean frozen,
        List<Slot> slots,
        List<Variable> variables,
        Set<String> missing) {
    private static final int PAGE_BYTES = 4096;

    /// `LIBBPF_PIN_*`.
    public enum Pinning {
        NONE,
        /// Shared through `/sys/fs/bpf/NAME`.
        BY_NAME
    }

    /// An entry given by a symbol.
    ///
    /// @param index key, an array index
    /// @param target name of a program ([ProgramSpec#name()]) or map ([MapSpec#name()])
    public record Slot(int index, String target) {}

    /// A global variable.
    ///
    /// @param offset bytes from the value's start
    /// @param size bytes
    /// @param typeId its type in the object's BTF, 0 when not known
    public record Variable(String name, int offset, int size, int typeId) {}

    public MapDefinition {
        slots = List.copyOf(slots);
        variables = List.copyOf(variables);
        missing = Set.copyOf(missing);
    }

    /// A map without contents.
    public static MapDefinition of(MapSpec spec, String section) {
        return new MapDefinition(
                spec, section, Pinning.NONE, null, false, List.of(), List.of(), Set.of());
    }

    /// Bytes a ring buffer gets that asks for `size`: a power of two of pages, as the kernel wants.
    ///
    /// Kernel: `adjust_ringbuf_sz` of libbpf.
    public static int ringBytes(int size) {
        int pages = (int) ((Integer.toUnsignedLong(size) + PAGE_BYTES - 1) / PAGE_BYTES);
        long rounded = Long.highestOneBit(Math.max(1, 2L * pages - 1)) * PAGE_BYTES;
        return size == 0 || rounded > 0xffff_ffffL ? size : (int) rounded;
    }

    public String name() {
        return spec.name();
    }

    /// The variable of that name, or null.
    public @Nullable Variable variable(String name) {
        for (Variable variable : variables) {
            if (variable.name().equals(name)) {
                return variable;
            }
        }
        return null;
    }

    public MapDefinition withSpec(MapSpec to) {
        return new MapDefinition(to, section, pinning, contents, frozen, slots, variables, missing);
    }

    public MapDefinition withPinning(Pinning to) {
        return new MapDefinition(spec, section, to, contents, frozen, slots, variables, missing);
    }

    public MapDefinition withSlots(List<Slot> to) {
        return new MapDefinition(spec, section, pinning, contents, frozen, to, variables, missing);
    }

    MapDefinition withContents(InitialValue to, Set<String> stillMissing) {
        return new MapDefinition(
                spec, section, pinning, to, frozen, slots, variables, stillMissing);
    }
}
