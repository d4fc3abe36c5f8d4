package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.program.ProgramType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A kernel function that programs call by name, by its C declaration.
///
/// Kernel: `BTF_ID_FLAGS`, `Documentation/bpf/kfuncs.rst`.
///
/// @param name with its `bpf_`
/// @param returns what r0 is
/// @param returnType name of the C type, or of the type pointed to
/// @param flags special rules
/// @param types program types that may call it
/// @param function the implementation, or null
/// @param refusal why a program that calls it cannot run here, or null
public record KfuncProto(
        String name,
        Returns returns,
        String returnType,
        List<KfuncArg> args,
        Set<Flag> flags,
        Set<ProgramType> types,
        @Nullable HelperFunction function,
        @Nullable String refusal) {
    /// What r0 is after a call.
    public enum Returns {
        VOID,
        SCALAR,
        /// A pointer to a scalar of [KfuncProto#returnType], as iterators give it.
        SCALAR_PTR,
        /// A pointer to void: what it is follows from the constant argument.
        UNTYPED_PTR,
        /// A pointer to a structure.
        BTF_ID
    }

    /// `KF_*`.
    public enum Flag {
        ACQUIRE,
        RELEASE,
        RET_NULL,
        TRUSTED_ARGS,
        SLEEPABLE,
        RCU,
        RCU_PROTECTED,
        ITER_NEW,
        ITER_NEXT,
        ITER_DESTROY
    }

    public KfuncProto {
        args = List.copyOf(args);
        flags = Set.copyOf(flags);
        types = Set.copyOf(types);
    }

    /// Reads a declaration: `int bpf_iter_num_new(bpf_iter_num *it, int start, int end)`.
    static KfuncProto parse(String declaration, Flag... flags) {
        int open = declaration.indexOf('(');
        String head = declaration.substring(0, open);
        int split = Math.max(head.lastIndexOf(' '), head.lastIndexOf('*'));
        String type = head.substring(0, split + 1).strip();
        boolean pointer = type.endsWith("*");
        String pointee = pointer ? type.substring(0, type.length() - 1).strip() : type;
        return new KfuncProto(
                head.substring(split + 1),
                returns(pointee, pointer),
                pointee,
                args(declaration.substring(open + 1, declaration.length() - 1)),
                Set.of(flags),
                HelperProto.ALL,
                null,
                null);
    }

    private static Returns returns(String type, boolean pointer) {
        if (type.equals("void")) {
            return pointer ? Returns.UNTYPED_PTR : Returns.VOID;
        }
        if (!pointer) {
            return Returns.SCALAR;
        }
        return KfuncArg.scalarBytes(type) > 0 ? Returns.SCALAR_PTR : Returns.BTF_ID;
    }

    private static List<KfuncArg> args(String parameters) {
        List<KfuncArg> args = new ArrayList<>();
        if (!parameters.isEmpty()) {
            String[] parts = parameters.split(",", -1);
            for (int i = 0; i < parts.length; i++) {
                args.add(KfuncArg.parse(parts[i], i + 1 < parts.length ? parts[i + 1] : ""));
            }
        }
        return args;
    }

    KfuncProto on(Set<ProgramType> only) {
        return new KfuncProto(name, returns, returnType, args, flags, only, function, refusal);
    }

    KfuncProto does(HelperFunction method) {
        return new KfuncProto(name, returns, returnType, args, flags, types, method, refusal);
    }

    KfuncProto refused(String why) {
        return new KfuncProto(name, returns, returnType, args, flags, types, function, why);
    }

    public boolean has(Flag flag) {
        return flags.contains(flag);
    }
}
