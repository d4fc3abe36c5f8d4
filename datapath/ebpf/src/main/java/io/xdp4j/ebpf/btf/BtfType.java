package io.xdp4j.ebpf.btf;

import java.util.List;

/// One type of a [BtfSpec]; types refer to each other by number.
///
/// Immutable.
///
/// Kernel: `struct btf_type`, `BTF_KIND_*`, `include/uapi/linux/btf.h`.
public sealed interface BtfType {
    /// The name, empty for anonymous types and for kinds that have none.
    default String name() {
        return "";
    }

    /// How far a function or variable can be seen.
    enum Linkage {
        STATIC,
        GLOBAL,
        EXTERN
    }

    /// Type 0.
    record VoidType() implements BtfType {}

    /// An integer.
    ///
    /// @param size bytes
    /// @param bitOffset 0 but for old bit fields
    /// @param bits width
    record Int(
            String name,
            int size,
            int bitOffset,
            int bits,
            boolean signed,
            boolean isChar,
            boolean isBool)
            implements BtfType {}

    record Pointer(int target) implements BtfType {}

    /// An array of one dimension.
    ///
    /// @param count elements, 0 for a flexible array; unsigned 32 bits
    record Array(int element, int index, long count) implements BtfType {}

    /// A `struct` or `union`.
    ///
    /// @param size bytes
    record Struct(String name, boolean union, int size, List<Member> members) implements BtfType {
        public Struct {
            members = List.copyOf(members);
        }
    }

    /// A member of a struct or union.
    ///
    /// @param name empty for an anonymous struct or union within
    /// @param bitOffset from the start of the struct
    /// @param bitfieldSize bits, 0 when it is no bit field
    record Member(String name, int typeId, int bitOffset, int bitfieldSize) {}

    /// An enumeration of 32 or 64 bits.
    ///
    /// @param wide true for `BTF_KIND_ENUM64`
    record Enumeration(String name, int size, boolean signed, boolean wide, List<Enumerator> values)
            implements BtfType {
        public Enumeration {
            values = List.copyOf(values);
        }
    }

    /// A constant of an enumeration.
    ///
    /// @param value sign- or zero-extended as its enumeration says
    record Enumerator(String name, long value) {}

    /// A `struct` or `union` whose content is not known.
    record Forward(String name, boolean union) implements BtfType {}

    record Typedef(String name, int target) implements BtfType {}

    record Const(int target) implements BtfType {}

    record Volatile(int target) implements BtfType {}

    record Restrict(int target) implements BtfType {}

    /// A function of the object, or of the kernel.
    ///
    /// @param proto number of its [FuncProto]
    record Func(String name, int proto, Linkage linkage) implements BtfType {}

    /// Parameters and result of a function.
    ///
    /// @param returns type number of the result
    record FuncProto(int returns, List<Param> params) implements BtfType {
        public FuncProto {
            params = List.copyOf(params);
        }
    }

    /// A parameter; the last one of a variadic function has type 0 and no name.
    record Param(String name, int typeId) {}

    record Var(String name, int typeId, Linkage linkage) implements BtfType {}

    /// A section of an object and the variables in it.
    record DataSection(String name, int size, List<SectionVar> vars) implements BtfType {
        public DataSection {
            vars = List.copyOf(vars);
        }
    }

    /// Where a variable stands in its section.
    ///
    /// @param typeId number of a [Var], or of a [Func] in `.ksyms`
    /// @param offset bytes from the section's start
    /// @param size bytes
    record SectionVar(int typeId, int offset, int size) {}

    record FloatType(String name, int size) implements BtfType {}

    /// An attribute on a declaration.
    ///
    /// @param name the attribute's text
    /// @param component member or parameter, -1 for the whole
    record DeclTag(String name, int target, int component) implements BtfType {}

    /// An attribute on a pointer's target.
    ///
    /// @param name the attribute's text
    record TypeTag(String name, int target) implements BtfType {}
}
