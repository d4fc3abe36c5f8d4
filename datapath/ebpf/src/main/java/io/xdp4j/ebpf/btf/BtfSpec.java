package io.xdp4j.ebpf.btf;

import io.xdp4j.ebpf.MalformedObjectException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The types of an object, numbered from 1; type 0 is `void`. Immutable.
///
/// References between types were checked when it was read: every number is one of a type. Chains
/// may still be cyclic; each walk ends after [#MAX_DEPTH] steps.
///
/// Thread: any.
/// Fails: [MalformedObjectException] for a number that is none, and for chains too deep.
/// Kernel: `struct btf`, `Documentation/bpf/btf.rst`.
public final class BtfSpec {
    /// Steps that a walk from type to type takes at most (`MAX_RESOLVE_DEPTH`).
    public static final int MAX_DEPTH = 32;

    private final String where;
    private final List<BtfType> types;
    private final Map<String, Integer> firstByName;

    /// By type number: the next type of the same name, or 0.
    private final int[] nextOfName;

    BtfSpec(String where, List<BtfType> types) {
        this.where = where;
        this.types = List.copyOf(types);
        this.firstByName = HashMap.newHashMap(types.size());
        this.nextOfName = new int[types.size()];
        for (int id = types.size() - 1; id > 0; id--) {
            String name = types.get(id).name();
            if (!name.isEmpty()) {
                Integer next = firstByName.put(name, id);
                nextOfName[id] = next == null ? 0 : next;
            }
        }
    }

    /// Reads raw BTF: what `/sys/kernel/btf/vmlinux` or the section `.BTF` holds.
    public static BtfSpec parse(byte[] bytes) {
        return parse(bytes, "BTF");
    }

    /// Reads raw BTF of a file.
    ///
    /// @param where file and section, the beginning of each message
    public static BtfSpec parse(byte[] bytes, String where) {
        return new BtfReader(bytes, where).read();
    }

    /// Types there are, `void` among them: numbers are below it.
    public int count() {
        return types.size();
    }

    /// All types by number; the first is `void`.
    public List<BtfType> types() {
        return types;
    }

    public BtfType type(int id) {
        if (id < 0 || id >= types.size()) {
            throw malformed("type " + id + " is not among its " + types.size() + " types");
        }
        return types.get(id);
    }

    /// Numbers of the types of that name, ascending; C has several name spaces.
    public int[] idsOf(String name) {
        int[] ids = new int[4];
        int found = 0;
        for (int id = firstByName.getOrDefault(name, 0); id != 0; id = nextOfName[id]) {
            ids = found == ids.length ? Arrays.copyOf(ids, found * 2) : ids;
            ids[found++] = id;
        }
        return Arrays.copyOf(ids, found);
    }

    /// The first type of that kind and name, 0 when there is none.
    public int idOf(Class<? extends BtfType> kind, String name) {
        for (int id = firstByName.getOrDefault(name, 0); id != 0; id = nextOfName[id]) {
            if (kind.isInstance(types.get(id))) {
                return id;
            }
        }
        return 0;
    }

    /// The first type of that kind and name.
    public <T extends BtfType> @Nullable T find(Class<T> kind, String name) {
        int id = idOf(kind, name);
        return id == 0 ? null : kind.cast(types.get(id));
    }

    /// The number behind `const`, `volatile`, `restrict`, type tags and type definitions.
    public int resolve(int id) {
        int at = id;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            switch (type(at)) {
                case BtfType.Typedef typedef -> at = typedef.target();
                case BtfType.Const modifier -> at = modifier.target();
                case BtfType.Volatile modifier -> at = modifier.target();
                case BtfType.Restrict modifier -> at = modifier.target();
                case BtfType.TypeTag tag -> at = tag.target();
                default -> {
                    return at;
                }
            }
        }
        throw malformed("type " + id + ": chain of more than " + MAX_DEPTH + " modifiers");
    }

    /// The type behind `const`, `volatile`, `restrict`, type tags and type definitions.
    public BtfType resolved(int id) {
        return types.get(resolve(id));
    }

    /// Bytes a value of the type takes.
    ///
    /// Fails: for `void`, functions and incomplete types, and above 2 GiB.
    public int sizeOf(int id) {
        long elements = 1;
        int at = id;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            at = resolve(at);
            int size = sizeOfComplete(types.get(at));
            if (size >= 0) {
                return bounded(id, elements * size);
            }
            if (types.get(at) instanceof BtfType.Array array) {
                elements = bounded(id, elements * array.count());
                at = array.element();
            } else if (types.get(at) instanceof BtfType.Var variable) {
                at = variable.typeId();
            } else {
                throw malformed("type " + id + ": " + text(at) + " has no size");
            }
        }
        throw malformed("type " + id + ": arrays nested deeper than " + MAX_DEPTH);
    }

    private static int sizeOfComplete(BtfType type) {
        return switch (type) {
            case BtfType.Int integer -> integer.size();
            case BtfType.FloatType number -> number.size();
            case BtfType.Enumeration constants -> constants.size();
            case BtfType.Struct struct -> struct.size();
            case BtfType.Pointer _ -> Long.BYTES;
            case BtfType.DataSection section -> section.size();
            default -> -1;
        };
    }

    private int bounded(int id, long size) {
        if (size > Integer.MAX_VALUE) {
            throw malformed("type " + id + ": larger than 2 GiB");
        }
        return (int) size;
    }

    /// Bytes that addresses of the type are multiples of.
    public int alignOf(int id) {
        return alignOf(id, 0, new int[] {MAX_VISITS});
    }

    /// Members that one look at a type may visit: nesting could multiply them without end.
    static final int MAX_VISITS = 200_000;

    private int alignOf(int id, int depth, int[] visits) {
        if (depth > MAX_DEPTH || --visits[0] < 0) {
            throw malformed("type " + id + ": nested too deep");
        }
        BtfType type = resolved(id);
        return switch (type) {
            case BtfType.Array array -> alignOf(array.element(), depth + 1, visits);
            case BtfType.Struct struct -> {
                int align = 1;
                for (BtfType.Member member : struct.members()) {
                    align = Math.max(align, alignOf(member.typeId(), depth + 1, visits));
                }
                yield align;
            }
            default -> Math.clamp(sizeOfComplete(type), 1, Long.BYTES);
        };
    }

    /// The type as C writes it, short: `struct iphdr *`, `int [4]`.
    public String text(int id) {
        return text(id, 0);
    }

    private String text(int id, int depth) {
        if (depth > MAX_DEPTH) {
            return "...";
        }
        return switch (type(id)) {
            case BtfType.VoidType _ -> "void";
            case BtfType.Pointer pointer -> text(pointer.target(), depth + 1) + " *";
            case BtfType.Array array ->
                    text(array.element(), depth + 1) + " [" + array.count() + "]";
            case BtfType.Struct struct -> (struct.union() ? "union " : "struct ") + named(struct);
            case BtfType.Forward forward ->
                    (forward.union() ? "union " : "struct ") + named(forward);
            case BtfType.Enumeration constants -> "enum " + named(constants);
            case BtfType.Const modifier -> "const " + text(modifier.target(), depth + 1);
            case BtfType.Volatile modifier -> "volatile " + text(modifier.target(), depth + 1);
            case BtfType.Restrict modifier -> text(modifier.target(), depth + 1) + " restrict";
            case BtfType.TypeTag tag -> text(tag.target(), depth + 1) + " __" + tag.name();
            case BtfType.FuncProto proto -> text(proto.returns(), depth + 1) + " (...)";
            case BtfType other -> named(other);
        };
    }

    private static String named(BtfType type) {
        return type.name().isEmpty() ? "(anon)" : type.name();
    }

    /// Texts of the declaration tags of a function or type as a whole, with that beginning cut off.
    ///
    /// @param target number of what is tagged
    /// @param component member or parameter, -1 for the whole
    public List<String> tags(int target, int component, String beginning) {
        List<String> found = new ArrayList<>();
        for (BtfType type : types) {
            if (type instanceof BtfType.DeclTag tag
                    && tag.target() == target
                    && tag.component() == component
                    && tag.name().startsWith(beginning)) {
                found.add(tag.name().substring(beginning.length()));
            }
        }
        return found;
    }

    /// Name of the function that runs when a program of that main function throws; empty for none.
    public String exceptionCallback(int mainFunction) {
        List<String> names = tags(mainFunction, -1, "exception_callback:");
        return names.isEmpty() ? "" : names.getFirst();
    }

    /// The same, with some types replaced, by number.
    public BtfSpec with(Map<Integer, BtfType> replacements) {
        if (replacements.isEmpty()) {
            return this;
        }
        List<BtfType> changed = new ArrayList<>(types);
        replacements.forEach(changed::set);
        return new BtfSpec(where, changed);
    }

    MalformedObjectException malformed(String what) {
        return new MalformedObjectException(where + ": " + what);
    }

    @Override
    public String toString() {
        return where + " (" + types.size() + " types)";
    }
}
