package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.SpecialFields;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.MapDefinition.Pinning;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A map as the struct type of its variable describes it.
///
/// Kernel: `parse_btf_map_def` of libbpf.
///
/// @param valuesOffset where the member `values` begins, -1 without one
record BtfMapShape(MapSpec spec, Pinning pinning, int valuesOffset) {
    /// Cilium's loader replaces what is pinned under the name.
    private static final int CILIUM_PIN_REPLACE = 16;

    /// The map of a variable.
    ///
    /// @param initial the variable's bytes
    static BtfMapShape read(
            ObjectParts parts,
            BtfSpec btf,
            ElfSection section,
            String name,
            BtfType.Struct struct,
            ByteBuffer initial) {
        return new Reader(parts, btf, section, name, initial).read(struct);
    }

    /// Collects the members of one struct.
    private static final class Reader {
        private final ObjectParts parts;
        private final BtfSpec btf;
        private final ElfSection section;
        private final String name;
        private final @Nullable ByteBuffer initial;
        private final boolean isInner;
        private long typeNumber;
        private int keySize;
        private int valueSize;
        private int maxEntries;
        private int flags;
        private long mapExtra;
        private int keyTypeId;
        private int valueTypeId;
        private int valuesOffset = -1;
        private Pinning pinning = Pinning.NONE;
        private @Nullable MapSpec inner;

        /// @param initial the variable's bytes, null for a type without one, as of an inner map
        Reader(
                ObjectParts parts,
                BtfSpec btf,
                ElfSection section,
                String name,
                @Nullable ByteBuffer initial) {
            this.parts = parts;
            this.btf = btf;
            this.section = section;
            this.name = name;
            this.initial = initial;
            this.isInner = initial == null;
        }

        BtfMapShape read(BtfType.Struct struct) {
            struct.members().forEach(this::member);
            MapType type = typeNumber > 0 && typeNumber <= 33 ? MapType.of((int) typeNumber) : null;
            if (type == null) {
                throw new UnsupportedException(
                        "%s: section %s: map %s: type %d is not known (expected: 1 to 33)"
                                .formatted(parts.image().file(), section.name(), name, typeNumber));
            }
            MapSpec spec =
                    new MapSpec(
                            name,
                            type,
                            keySize,
                            valueSize,
                            entries(type),
                            flags,
                            mapExtra,
                            inner,
                            valueTypeId == 0 ? List.of() : SpecialFields.of(btf, valueTypeId),
                            keyTypeId == 0 && valueTypeId == 0 ? null : btf,
                            keyTypeId,
                            valueTypeId);
            return new BtfMapShape(spec, pinning, valuesOffset);
        }

        private int entries(MapType type) {
            boolean ring = type == MapType.RINGBUF || type == MapType.USER_RINGBUF;
            return ring ? MapDefinition.ringBytes(maxEntries) : maxEntries;
        }

        private void member(BtfType.Member member) {
            switch (member.name()) {
                case "type" -> typeNumber = number(member);
                case "max_entries" -> maxEntries = (int) number(member);
                case "map_flags" -> flags = (int) number(member);
                case "numa_node" -> number(member);
                case "map_extra" -> mapExtra = number(member);
                case "key_size" -> keySize = sameSize(member, keySize, (int) number(member));
                case "value_size" -> valueSize = sameSize(member, valueSize, (int) number(member));
                case "key" -> {
                    keyTypeId = pointee(member);
                    keySize = sameSize(member, keySize, btf.sizeOf(keyTypeId));
                }
                case "value" -> {
                    valueTypeId = pointee(member);
                    valueSize = sameSize(member, valueSize, btf.sizeOf(valueTypeId));
                }
                case "pinning" -> pinning = pinning(member);
                case "values" -> values(member);
                default ->
                        throw new UnsupportedException(
                                "%s: section %s: map %s: attribute %s is not known"
                                        .formatted(
                                                parts.image().file(),
                                                section.name(),
                                                name,
                                                member.name()));
            }
        }

        private long number(BtfType.Member member) {
            Long number = BtfMaps.constant(btf, member.typeId());
            return number == null ? initialValue(member) : number;
        }

        /// The form of Linux 5.2: a member of type `__u32`, initialised in C.
        private long initialValue(BtfType.Member member) {
            int at = member.bitOffset() / 8;
            boolean word =
                    btf.resolved(member.typeId()) instanceof BtfType.Int type
                            && type.size() == Integer.BYTES
                            && member.bitfieldSize() == 0;
            if (initial == null || !word || at > initial.limit() - Integer.BYTES) {
                throw malformed(member, "is no __uint");
            }
            return Integer.toUnsignedLong(initial.getInt(at));
        }

        private int pointee(BtfType.Member member) {
            if (btf.resolved(member.typeId()) instanceof BtfType.Pointer pointer) {
                return pointer.target();
            }
            throw malformed(member, "is no __type");
        }

        private int sameSize(BtfType.Member member, int before, int size) {
            if (size < 0 || (before != 0 && before != size)) {
                throw malformed(member, "is %d bytes, told before: %d".formatted(size, before));
            }
            return size;
        }

        private Pinning pinning(BtfType.Member member) {
            long number = number(member);
            if (isInner && number != 0) {
                throw malformed(member, "of an inner map");
            }
            return switch ((int) number) {
                case 0 -> Pinning.NONE;
                case 1, CILIUM_PIN_REPLACE -> Pinning.BY_NAME;
                default -> throw malformed(member, "is %d (expected: 0 or 1)".formatted(number));
            };
        }

        /// An array of pointers, to functions or to structs that describe the inner map.
        private void values(BtfType.Member member) {
            valuesOffset = member.bitOffset() / 8;
            if (!(btf.resolved(member.typeId()) instanceof BtfType.Array array)
                    || !(btf.resolved(array.element()) instanceof BtfType.Pointer pointer)) {
                throw malformed(member, "is no __array of pointers");
            }
            valueSize = sameSize(member, valueSize, Integer.BYTES);
            switch (btf.resolved(pointer.target())) {
                case BtfType.Struct struct when !isInner ->
                        inner =
                                new Reader(parts, btf, section, name + ".inner", null)
                                        .read(struct)
                                        .spec();
                case BtfType.FuncProto _ when !isInner -> {}
                default -> throw malformed(member, "points to neither a map nor a function");
            }
        }

        private MalformedObjectException malformed(BtfType.Member member, String what) {
            return parts.image()
                    .malformed(
                            section,
                            0,
                            "map %s: attribute %s %s".formatted(name, member.name(), what));
        }
    }
}
