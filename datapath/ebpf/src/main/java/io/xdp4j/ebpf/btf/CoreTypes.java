package io.xdp4j.ebpf.btf;

import java.util.List;

/// Compares a type of an object with one of the kernel, as loosely as CO-RE does.
///
/// Thread: its caller's; one comparison an instance.
/// Fails: [io.xdp4j.ebpf.MalformedObjectException] for types nested without end.
/// Kernel: `bpf_core_types_are_compat`, `bpf_core_types_match` of libbpf.
final class CoreTypes {
    private static final int MOST_VISITS = 1_000_000;

    private final BtfSpec local;
    private final BtfSpec target;
    private int visits;

    CoreTypes(BtfSpec local, BtfSpec target) {
        this.local = local;
        this.target = target;
    }

    /// A name without its flavour: `task_struct` for `task_struct___old`.
    static String essentialName(String name) {
        for (int at = name.length() - 5; at >= 0; at--) {
            boolean separator =
                    name.startsWith("___", at + 1)
                            && name.charAt(at) != '_'
                            && name.charAt(at + 4) != '_';
            if (separator) {
                return name.substring(0, at + 1);
            }
        }
        return name;
    }

    /// True when both are of one kind; enumerations of either width are one.
    static boolean areOfOneKind(BtfType one, BtfType other) {
        if (one instanceof BtfType.Struct a && other instanceof BtfType.Struct b) {
            return a.union() == b.union();
        }
        return one.getClass() == other.getClass();
    }

    boolean fieldsAreCompatible(int localId, int targetId) {
        BtfType one = local.resolved(localId);
        BtfType other = target.resolved(targetId);
        for (int depth = 0; depth < BtfSpec.MAX_DEPTH; depth++) {
            if (one instanceof BtfType.Array a && other instanceof BtfType.Array b) {
                one = local.resolved(a.element());
                other = target.resolved(b.element());
            } else {
                return scalarsAreCompatible(one, other);
            }
        }
        throw tooDeep(localId);
    }

    private static boolean scalarsAreCompatible(BtfType one, BtfType other) {
        if (one instanceof BtfType.Struct && other instanceof BtfType.Struct) {
            return true;
        }
        if (!areOfOneKind(one, other)) {
            return false;
        }
        return switch (one) {
            case BtfType.Pointer _, BtfType.FloatType _ -> true;
            case BtfType.Forward _, BtfType.Enumeration _ ->
                    one.name().isEmpty()
                            || other.name().isEmpty()
                            || essentialName(one.name()).equals(essentialName(other.name()));
            case BtfType.Int integer ->
                    integer.bitOffset() == 0 && ((BtfType.Int) other).bitOffset() == 0;
            default -> false;
        };
    }

    /// `bpf_core_type_exists`: same kinds all the way down.
    boolean areCompatible(int localId, int targetId) {
        return areCompatible(localId, targetId, 0);
    }

    private boolean areCompatible(int localId, int targetId, int depth) {
        count(localId, depth);
        BtfType one = local.resolved(localId);
        BtfType other = target.resolved(targetId);
        if (!areOfOneKind(one, other)) {
            return false;
        }
        return switch (one) {
            case BtfType.VoidType _, BtfType.Struct _, BtfType.Enumeration _, BtfType.Forward _ ->
                    true;
            case BtfType.Int _ -> scalarsAreCompatible(one, other);
            case BtfType.Pointer pointer ->
                    areCompatible(pointer.target(), ((BtfType.Pointer) other).target(), depth + 1);
            case BtfType.Array array ->
                    areCompatible(array.element(), ((BtfType.Array) other).element(), depth + 1);
            case BtfType.FuncProto proto ->
                    protosAreCompatible(proto, (BtfType.FuncProto) other, depth);
            default -> false;
        };
    }

    private boolean protosAreCompatible(BtfType.FuncProto one, BtfType.FuncProto other, int depth) {
        if (one.params().size() != other.params().size()) {
            return false;
        }
        for (int i = 0; i < one.params().size(); i++) {
            int localId = one.params().get(i).typeId();
            if (!areCompatible(localId, other.params().get(i).typeId(), depth + 1)) {
                return false;
            }
        }
        return areCompatible(one.returns(), other.returns(), depth + 1);
    }

    /// `bpf_core_type_matches`: everything in the object's type is in the kernel's, and alike.
    boolean matches(int localId, int targetId) {
        return matches(localId, targetId, false, 0);
    }

    private boolean matches(int localId, int targetId, boolean behindPointer, int depth) {
        count(localId, depth);
        BtfType one = local.resolved(localId);
        BtfType other = target.resolved(targetId);
        if (!essentialName(one.name()).equals(essentialName(other.name()))) {
            return false;
        }
        return switch (one) {
            case BtfType.VoidType _ -> other instanceof BtfType.VoidType;
            case BtfType.Int a ->
                    other instanceof BtfType.Int b
                            && a.bits() == b.bits()
                            && a.signed() == b.signed();
            case BtfType.Enumeration a ->
                    other instanceof BtfType.Enumeration b
                            && (behindPointer || (a.size() == b.size() && hasAllValues(a, b)));
            case BtfType.Forward a -> forwardMatches(a, other, behindPointer);
            case BtfType.Struct a -> structMatches(a, other, behindPointer, depth);
            case BtfType.Pointer a ->
                    other instanceof BtfType.Pointer b
                            && matches(a.target(), b.target(), true, depth + 1);
            case BtfType.Array a ->
                    other instanceof BtfType.Array b
                            && a.count() == b.count()
                            && matches(a.element(), b.element(), behindPointer, depth + 1);
            case BtfType.FuncProto a ->
                    other instanceof BtfType.FuncProto b && protoMatches(a, b, depth);
            case BtfType.FloatType a ->
                    other instanceof BtfType.FloatType b && a.size() == b.size();
            default -> false;
        };
    }

    private static boolean hasAllValues(BtfType.Enumeration one, BtfType.Enumeration other) {
        List<String> names =
                other.values().stream().map(value -> essentialName(value.name())).toList();
        return one.values().stream().allMatch(value -> names.contains(essentialName(value.name())));
    }

    private static boolean forwardMatches(
            BtfType.Forward one, BtfType other, boolean behindPointer) {
        return switch (other) {
            case BtfType.Forward forward -> forward.union() == one.union();
            case BtfType.Struct struct -> behindPointer && struct.union() == one.union();
            default -> false;
        };
    }

    private boolean structMatches(
            BtfType.Struct one, BtfType other, boolean behindPointer, int depth) {
        if (behindPointer && other instanceof BtfType.Forward forward) {
            return forward.union() == one.union();
        }
        if (!(other instanceof BtfType.Struct struct) || struct.union() != one.union()) {
            return false;
        }
        return behindPointer || membersMatch(one, struct, depth);
    }

    private boolean membersMatch(BtfType.Struct one, BtfType.Struct other, int depth) {
        for (BtfType.Member wanted : one.members()) {
            boolean found = false;
            for (BtfType.Member member : other.members()) {
                if (essentialName(member.name()).equals(essentialName(wanted.name()))
                        && matches(wanted.typeId(), member.typeId(), false, depth + 1)) {
                    found = true;
                    break;
                }
                visits++;
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private boolean protoMatches(BtfType.FuncProto one, BtfType.FuncProto other, int depth) {
        if (one.params().size() != other.params().size()) {
            return false;
        }
        for (int i = 0; i < one.params().size(); i++) {
            int localId = one.params().get(i).typeId();
            if (!matches(localId, other.params().get(i).typeId(), false, depth + 1)) {
                return false;
            }
        }
        return matches(one.returns(), other.returns(), false, depth + 1);
    }

    private void count(int localId, int depth) {
        if (++visits > MOST_VISITS || depth > BtfSpec.MAX_DEPTH) {
            throw tooDeep(localId);
        }
    }

    private RuntimeException tooDeep(int localId) {
        return local.malformed("type " + localId + ": too much nesting for CO-RE");
    }
}
