package io.xdp4j.ebpf.helper;

/// An argument of a kfunc, as its C declaration says it.
///
/// Kernel: `get_kfunc_ptr_arg_type`, and the suffixes of parameter names that
/// `Documentation/bpf/kfuncs.rst` lists.
///
/// @param type name of the C type, or of the type pointed to
/// @param isConst points to what the kfunc leaves alone
/// @param isNullable null is accepted
/// @param bytes size of what it points to for [Kind#FIXED_MEM], else 0
public record KfuncArg(Kind kind, String type, boolean isConst, boolean isNullable, int bytes) {
    /// What the verifier demands.
    public enum Kind {
        SCALAR,
        /// A constant (`__k`).
        CONSTANT,
        /// Size of the memory before it (`__sz`).
        SIZE,
        /// The same as a constant (`__szk`): the size of the memory returned.
        CONST_SIZE,
        CTX,
        MAP,
        /// Memory; the next argument is its size.
        MEM,
        /// Memory of a scalar's size, which the kfunc writes.
        FIXED_MEM,
        DYNPTR,
        /// Room for a dynptr that the kfunc makes (`__uninit`).
        DYNPTR_UNINIT,
        /// The iterator that the kfunc makes, moves or ends.
        ITERATOR,
        /// A kernel object.
        BTF_ID,
        /// An object of the program's own type, given away (`__alloc`).
        ALLOCATED,
        /// The same, shared (`__refcounted_kptr`).
        REFCOUNTED,
        LIST_HEAD,
        LIST_NODE,
        RB_ROOT,
        RB_NODE,
        WORK_QUEUE,
        RES_SPIN_LOCK,
        /// Where interrupt flags are kept (`__irq_flag`).
        IRQ_FLAG,
        CALLBACK,
        /// Filled in by the engine (`__prog`).
        IMPLICIT,
        /// Not looked at (`__ign`).
        IGNORED
    }

    /// Reads one parameter: `const bpf_dynptr *clone__uninit`.
    ///
    /// @param next the name of the parameter behind it, or an empty string
    static KfuncArg parse(String parameter, String next) {
        String text = parameter.strip();
        boolean isConst = text.startsWith("const ");
        String bare = isConst ? text.substring("const ".length()) : text;
        boolean pointer = bare.indexOf('*') >= 0;
        int end = pointer ? bare.indexOf('*') : bare.lastIndexOf(' ');
        String type = bare.substring(0, end).strip();
        String name = bare.substring(bare.lastIndexOf(pointer ? '*' : ' ') + 1).strip();
        Kind kind = pointer ? pointer(type, name, next) : scalar(type, name);
        return new KfuncArg(
                kind,
                type,
                isConst,
                name.endsWith("__opt") || name.endsWith("__nullable"),
                kind == Kind.FIXED_MEM ? scalarBytes(type) : 0);
    }

    private static Kind scalar(String type, String name) {
        if (type.equals("bpf_callback_t")) {
            return Kind.CALLBACK;
        }
        if (name.endsWith("__k")) {
            return Kind.CONSTANT;
        }
        if (name.endsWith("__szk")) {
            return Kind.CONST_SIZE;
        }
        return name.endsWith("__sz") ? Kind.SIZE : Kind.SCALAR;
    }

    private static Kind pointer(String type, String name, String next) {
        if (name.endsWith("__ign")) {
            return Kind.IGNORED;
        }
        if (name.endsWith("__prog")) {
            return Kind.IMPLICIT;
        }
        if (name.endsWith("__alloc")) {
            return Kind.ALLOCATED;
        }
        if (name.endsWith("__refcounted_kptr")) {
            return Kind.REFCOUNTED;
        }
        if (name.endsWith("__irq_flag")) {
            return Kind.IRQ_FLAG;
        }
        if (name.endsWith("__map")) {
            return Kind.MAP;
        }
        if (next.endsWith("__sz") || next.endsWith("__szk")) {
            return Kind.MEM;
        }
        return byType(type, name);
    }

    private static Kind byType(String type, String name) {
        return switch (type) {
            case "xdp_md", "__sk_buff" -> Kind.CTX;
            case "bpf_map" -> Kind.MAP;
            case "bpf_dynptr" -> name.endsWith("__uninit") ? Kind.DYNPTR_UNINIT : Kind.DYNPTR;
            case "bpf_list_head" -> Kind.LIST_HEAD;
            case "bpf_list_node" -> Kind.LIST_NODE;
            case "bpf_rb_root" -> Kind.RB_ROOT;
            case "bpf_rb_node" -> Kind.RB_NODE;
            case "bpf_wq" -> Kind.WORK_QUEUE;
            case "bpf_res_spin_lock" -> Kind.RES_SPIN_LOCK;
            case "func" -> Kind.CALLBACK;
            default -> {
                if (type.startsWith("bpf_iter_")) {
                    yield Kind.ITERATOR;
                }
                yield scalarBytes(type) > 0 ? Kind.FIXED_MEM : Kind.BTF_ID;
            }
        };
    }

    /// Size of a scalar type, 0 for others.
    static int scalarBytes(String type) {
        return switch (type) {
            case "bool", "char", "u8" -> 1;
            case "u16", "__be16" -> 2;
            case "int", "s32", "u32", "xdp_rss_hash_type" -> 4;
            case "s64", "u64", "size_t" -> 8;
            default -> 0;
        };
    }
}
