package io.xdp4j.ebpf.btf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A path from a type to a field, an array element or an enumerator of it.
///
/// Kernel: `struct bpf_core_spec` of libbpf.
///
/// @param rootId the type it begins at
/// @param steps named members, and indexes of arrays; the first is an index of the root
/// @param bitOffset from the root's start
record CoreAccess(int rootId, List<Step> steps, long bitOffset) {
    /// Steps a path has at most (`BPF_CORE_SPEC_MAX_LEN`).
    static final int LONGEST = 64;

    /// @param typeId the struct, element or enumeration that `index` counts in
    /// @param name of the member or enumerator, empty for an index
    record Step(int typeId, int index, String name) {
        boolean isNamed() {
            return !name.isEmpty();
        }
    }

    CoreAccess {
        steps = List.copyOf(steps);
    }

    Step last() {
        return steps.getLast();
    }

    /// The path of a relocation in the object's own types.
    static CoreAccess of(BtfSpec btf, CoreRelocation relocation) {
        int[] numbers = numbers(btf, relocation);
        if (relocation.kind().isOfField()) {
            return field(btf, relocation, numbers);
        }
        if (relocation.kind().isOfEnumValue()) {
            return enumerator(btf, relocation, numbers);
        }
        if (numbers.length != 1 || numbers[0] != 0) {
            throw malformed(btf, relocation);
        }
        return new CoreAccess(relocation.typeId(), List.of(), 0);
    }

    private static int[] numbers(BtfSpec btf, CoreRelocation relocation) {
        String[] parts = relocation.access().split(":", LONGEST + 1);
        int[] numbers = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            boolean digits = parts[i].matches("[0-9]{1,9}");
            if (!digits || parts.length > LONGEST) {
                throw malformed(btf, relocation);
            }
            numbers[i] = Integer.parseInt(parts[i]);
        }
        return numbers;
    }

    private static CoreAccess enumerator(BtfSpec btf, CoreRelocation relocation, int[] numbers) {
        int id = btf.resolve(relocation.typeId());
        if (btf.type(id) instanceof BtfType.Enumeration values
                && numbers.length == 1
                && numbers[0] < values.values().size()) {
            String name = values.values().get(numbers[0]).name();
            return new CoreAccess(relocation.typeId(), List.of(new Step(id, numbers[0], name)), 0);
        }
        throw malformed(btf, relocation);
    }

    private static CoreAccess field(BtfSpec btf, CoreRelocation relocation, int[] numbers) {
        int id = btf.resolve(relocation.typeId());
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(id, numbers[0], ""));
        long bits = numbers[0] * 8L * btf.sizeOf(id);
        for (int i = 1; i < numbers.length; i++) {
            id = btf.resolve(id);
            int index = numbers[i];
            switch (btf.type(id)) {
                case BtfType.Struct struct when index < struct.members().size() -> {
                    BtfType.Member member = struct.members().get(index);
                    bits += member.bitOffset();
                    if (!member.name().isEmpty()) {
                        steps.add(new Step(id, index, member.name()));
                    }
                    id = member.typeId();
                }
                case BtfType.Array array
                        when index < array.count() || isFlexible(btf, steps.getLast(), array) -> {
                    id = btf.resolve(array.element());
                    steps.add(new Step(id, index, ""));
                    bits += index * 8L * btf.sizeOf(id);
                }
                default -> throw malformed(btf, relocation);
            }
        }
        return new CoreAccess(relocation.typeId(), steps, bits);
    }

    /// True for an array without a size at the end of its struct.
    static boolean isFlexible(BtfSpec btf, @Nullable Step holder, BtfType.Array array) {
        return holder != null
                && holder.isNamed()
                && array.count() == 0
                && btf.type(holder.typeId()) instanceof BtfType.Struct struct
                && holder.index() == struct.members().size() - 1;
    }

    private static RuntimeException malformed(BtfSpec btf, CoreRelocation relocation) {
        return btf.malformed(
                "CO-RE relocation of insn %d: access %s does not fit type %d, %s"
                        .formatted(
                                relocation.insn(),
                                relocation.access(),
                                relocation.typeId(),
                                btf.text(relocation.typeId())));
    }
}
