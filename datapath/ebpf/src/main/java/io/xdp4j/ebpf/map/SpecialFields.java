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
        search.visit(typeId, 0, 0, 0, -1);
        search.found.sort(Comparator.comparingInt(MapSpec.SpecialField::offset));
        return List.copyOf(search.found);
    }

    /// @param owner what declares the field: a structure, or a variable
    /// @param component number of the field in it, -1 for a variable
    private void visit(int typeId, long offset, int depth, int owner, int component) {
        if (depth > BtfSpec.MAX_DEPTH || ++visits > MOST_VISITS || found.size() > MOST) {
            throw new MalformedObjectException(
                    btf + ": type " + typeId + ": too much nesting to look for special fields");
        }
        switch (btf.resolved(typeId)) {
            case BtfType.Struct struct when STRUCTS.contains(struct.name()) ->
                    addStruct(struct, offset, owner, component);
            case BtfType.Struct struct when !struct.union() -> {
                int id = btf.resolve(typeId);
                for (int i = 0; i < struct.members().size(); i++) {
                    BtfType.Member member = struct.members().get(i);
                    visit(member.typeId(), offset + member.bitOffset() / 8, depth + 1, id, i);
                }
            }
            case BtfType.Array array -> visitElements(array, offset, depth, owner, component);
            case BtfType.Pointer pointer -> visitPointer(pointer, offset);
            case BtfType.DataSection section -> {
                for (BtfType.SectionVar variable : section.vars()) {
                    int id = variable.typeId();
                    visit(id, offset + variable.offset(), depth + 1, id, -1);
                }
            }
            case BtfType.Var variable ->
                    visit(variable.typeId(), offset, depth + 1, owner, component);
            default -> {}
        }
    }

    /// Elements are all alike: what the first one lacks, none has.
    private void visitElements(
            BtfType.Array array, long offset, int depth, int owner, int component) {
        int before = found.size();
        if (array.count() > 0) {
            visit(array.element(), offset, depth + 1, owner, component);
        }
        if (found.size() == before) {
            return;
        }
        int size = btf.sizeOf(array.element());
        for (long i = 1; i < array.count(); i++) {
            visit(array.element(), offset + i * size, depth + 1, owner, component);
        }
    }

    private void visitPointer(BtfType.Pointer pointer, long offset) {
        int target = pointer.target();
        for (int depth = 0; depth < BtfSpec.MAX_DEPTH; depth++) {
            switch (btf.type(target)) {
                case BtfType.TypeTag tag when POINTER_TAGS.contains(tag.name()) -> {
                    add(tag.name(), offset, Long.BYTES, btf.resolve(tag.target()), 0);
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

    /// A list or a tree says by a tag on its declaration what is in it: `contains:TYPE:NODE`.
    private void addStruct(BtfType.Struct struct, long offset, int owner, int component) {
        boolean root = struct.name().equals("bpf_list_head") || struct.name().equals("bpf_rb_root");
        List<String> told = root ? btf.tags(owner, component, "contains:") : List.of();
        int split = told.isEmpty() ? -1 : told.getFirst().indexOf(':');
        int type =
                split < 0 ? 0 : btf.idOf(BtfType.Struct.class, told.getFirst().substring(0, split));
        int node = 0;
        if (type != 0 && btf.type(type) instanceof BtfType.Struct element) {
            String name = told.getFirst().substring(split + 1);
            for (BtfType.Member member : element.members()) {
                node = member.name().equals(name) ? member.bitOffset() / 8 : node;
            }
        }
        add(struct.name(), offset, struct.size(), type, node);
    }

    private void add(String kind, long offset, int size, int type, int node) {
        if (offset > Integer.MAX_VALUE - size) {
            throw new MalformedObjectException(btf + ": " + kind + " at byte " + offset);
        }
        found.add(new MapSpec.SpecialField(kind, (int) offset, size, type, node));
    }
}
