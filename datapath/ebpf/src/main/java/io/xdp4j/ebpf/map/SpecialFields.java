package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// Finds the fields of a value type that the kernel manages.
///
/// Thread: its caller's.
/// Kernel: `btf_parse_fields`.
public final class SpecialFields {
    private static final Set<String> STRUCTS =
            Set.of(
                    "bpf_spin_lock",
                    "bpf_res_spin_lock",
                    "bpf_timer",
                    "bpf_wq",
                    "bpf_task_work",
                    "bpf_list_head",
                    "bpf_list_node",
                    "bpf_rb_root",
                    "bpf_rb_node",
                    "bpf_refcount");
    private static final Set<String> POINTER_TAGS =
            Set.of("kptr", "kptr_untrusted", "percpu_kptr", "uptr");

    /// Fields a value may have at most; more than the kernel allows (`BTF_FIELDS_MAX`).
    private static final int MOST = 4096;

    private static final int MOST_VISITS = 100_000;

    private final BtfSpec btf;
    private final List<MapSpec.SpecialField> found = new ArrayList<>();
    private int visits;

    private SpecialFields(BtfSpec btf) {
        this.btf = btf;
    }

    /// The special fields of that type, ascending by offset.
    ///
    /// Fails: [MalformedObjectException] for types nested without end.
    public static List<MapSpec.SpecialField> of(BtfSpec btf, int typeId) {
        SpecialFields search = new SpecialFields(btf);
        search.visit(typeId, 0, 0);
        search.found.sort(Comparator.comparingInt(MapSpec.SpecialField::offset));
        return List.copyOf(search.found);
    }

    private void visit(int typeId, long offset, int depth) {
        if (depth > BtfSpec.MAX_DEPTH || ++visits > MOST_VISITS || found.size() > MOST) {
            throw new MalformedObjectException(
                    btf + ": type " + typeId + ": too much nesting to look for special fields");
        }
        switch (btf.resolved(typeId)) {
            case BtfType.Struct struct when STRUCTS.contains(struct.name()) ->
                    add(struct.name(), offset, struct.size());
            case BtfType.Struct struct when !struct.union() -> {
                for (BtfType.Member member : struct.members()) {
                    visit(member.typeId(), offset + member.bitOffset() / 8, depth + 1);
                }
            }
            case BtfType.Array array -> visitElements(array, offset, depth);
            case BtfType.Pointer pointer -> visitPointer(pointer, offset);
            case BtfType.DataSection section -> {
                for (BtfType.SectionVar variable : section.vars()) {
                    visit(variable.typeId(), offset + variable.offset(), depth + 1);
                }
            }
            case BtfType.Var variable -> visit(variable.typeId(), offset, depth + 1);
            default -> {}
        }
    }

    /// Elements are all alike: what the first one lacks, none has.
    private void visitElements(BtfType.Array array, long offset, int depth) {
        int before = found.size();
        if (array.count() > 0) {
            visit(array.element(), offset, depth + 1);
        }
        if (found.size() == before) {
            return;
        }
        int size = btf.sizeOf(array.element());
        for (long i = 1; i < array.count(); i++) {
            visit(array.element(), offset + i * size, depth + 1);
        }
    }

    private void visitPointer(BtfType.Pointer pointer, long offset) {
        int target = pointer.target();
        for (int depth = 0; depth < BtfSpec.MAX_DEPTH; depth++) {
            switch (btf.type(target)) {
                case BtfType.TypeTag tag when POINTER_TAGS.contains(tag.name()) -> {
                    add(tag.name(), offset, Long.BYTES);
                    return;
                }
                case BtfType.TypeTag tag -> target = tag.target();
                case BtfType.Const modifier -> target = modifier.target();
                case BtfType.Volatile modifier -> target = modifier.target();
                default -> {
                    return;
                }
            }
        }
    }

    private void add(String kind, long offset, int size) {
        if (offset > Integer.MAX_VALUE - size) {
            throw new MalformedObjectException(btf + ": " + kind + " at byte " + offset);
        }
        found.add(new MapSpec.SpecialField(kind, (int) offset, size));
    }
}
