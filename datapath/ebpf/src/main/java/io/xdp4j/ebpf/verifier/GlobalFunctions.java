package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Functions with global linkage: verified alone for any arguments that match their prototype;
/// calls are checked against the prototype.
///
/// Kernel: `btf_prepare_func_args`, `btf_check_func_arg_match`.
final class GlobalFunctions {
    /// What a parameter demands.
    enum Kind {
        SCALAR,
        CONTEXT,
        DYNPTR,
        MEMORY,
        /// A kernel object, trusted or read only at the kernel's risk.
        OBJECT,
        /// Memory that nobody vouches for.
        UNTRUSTED
    }

    /// @param size bytes of memory
    /// @param type number of a kernel object's type
    record Parameter(Kind kind, int size, boolean nullable, int type, int flags) {
        Parameter(Kind kind, int size, boolean nullable) {
            this(kind, size, nullable, 0, 0);
        }
    }

    private static final int MAX_ARGS = 5;

    private final Verification v;
    private final boolean[] called;
    private final boolean[] verified;

    GlobalFunctions(Verification v) {
        this.v = v;
        this.called = new boolean[v.subprograms.count()];
        this.verified = new boolean[v.subprograms.count()];
    }

    static BtfType.@Nullable Func function(LinkedProgram program, int subprogram) {
        BtfSpec btf = program.btf();
        if (btf == null || subprogram >= program.funcInfo().size()) {
            return null;
        }
        int id = program.funcInfo().get(subprogram).typeId();
        return id > 0 && id < btf.count() && btf.type(id) instanceof BtfType.Func func
                ? func
                : null;
    }

    static boolean isGlobal(LinkedProgram program, int subprogram) {
        BtfType.Func function = function(program, subprogram);
        return function != null && function.linkage() == BtfType.Linkage.GLOBAL;
    }

    String name(int subprogram) {
        BtfType.Func function = function(v.program, subprogram);
        return function == null ? "" : function.name();
    }

    void noteCall(int subprogram) {
        called[subprogram] = true;
    }

    /// A global function that is called and not verified yet, or -1.
    int nextToVerify(int after) {
        for (int i = Math.max(1, after); i < called.length; i++) {
            boolean needed = called[i] || i == v.exceptionCallback;
            if (needed && !verified[i] && isGlobal(v.program, i)) {
                return i;
            }
        }
        return -1;
    }

    void noteVerified(int subprogram) {
        verified[subprogram] = true;
    }

    /// The kernel looks at the main function's prototype too, and says what it does not like.
    void describeMain() {
        try {
            parameters(0);
        } catch (Rejection ignored) {
            return;
        }
    }

    List<Parameter> parameters(int subprogram) {
        BtfSpec btf = v.program.btf();
        BtfType.Func function = function(v.program, subprogram);
        if (btf == null
                || function == null
                || !(btf.type(function.proto()) instanceof BtfType.FuncProto proto)) {
            throw v.reject(Errno.EFAULT, "Global functions need valid BTF");
        }
        int count = proto.params().size();
        if (count > MAX_ARGS) {
            throw v.reject(
                    Errno.EINVAL,
                    "Global function %s() with %d > %d args. Buggy compiler.",
                    function.name(),
                    count,
                    MAX_ARGS);
        }
        if (!isScalar(btf.resolved(proto.returns()))) {
            throw v.reject(
                    Errno.EINVAL,
                    "Global function %s() doesn't return scalar. Only those are supported.",
                    function.name());
        }
        int functionId = v.program.funcInfo().get(subprogram).typeId();
        List<Parameter> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(parameter(btf, function, functionId, i, proto.params().get(i).typeId()));
        }
        return all;
    }

    private static boolean isScalar(BtfType type) {
        return type instanceof BtfType.Int || type instanceof BtfType.Enumeration;
    }

    private Parameter parameter(
            BtfSpec btf, BtfType.Func function, int functionId, int index, int typeId) {
        BtfType type = btf.resolved(typeId);
        List<String> tags = btf.tags(functionId, index, "arg:");
        for (String tag : tags) {
            if (!List.of("ctx", "trusted", "nonnull", "nullable", "arena", "untrusted")
                    .contains(tag)) {
                throw v.reject(Errno.EOPNOTSUPP, "arg#%d has unsupported set of tags", index);
            }
        }
        if (!(type instanceof BtfType.Pointer pointer)) {
            if (!tags.isEmpty()) {
                throw v.reject(
                        Errno.EINVAL, "arg#%d has pointer tag, but is not a pointer type", index);
            }
            if (!isScalar(type)) {
                throw v.reject(
                        Errno.EINVAL,
                        "Arg#%d type %s in %s() is not supported yet.",
                        index,
                        type.getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT),
                        function.name());
            }
            return new Parameter(Kind.SCALAR, 0, false);
        }
        return pointerParameter(btf, index, tags, pointer);
    }

    private Parameter pointerParameter(
            BtfSpec btf, int index, List<String> tags, BtfType.Pointer pointer) {
        BtfType target = btf.resolved(pointer.target());
        if (tags.contains("ctx") || isContext(target)) {
            if (tags.size() > 1) {
                throw v.reject(Errno.EINVAL, "arg#%d has invalid combination of tags", index);
            }
            if (!isContext(target)) {
                throw v.reject(
                        Errno.EINVAL,
                        "arg#%d should be `struct %s *`",
                        index,
                        v.rules.contextStruct());
            }
            return new Parameter(Kind.CONTEXT, 0, false);
        }
        if (target instanceof BtfType.Struct struct && struct.name().equals("bpf_dynptr")) {
            return new Parameter(Kind.DYNPTR, 0, false);
        }
        if (tags.contains("trusted") && !tags.contains("nonnull")) {
            return object(index, target, RegType.TRUSTED, tags.contains("nullable"));
        }
        if (tags.equals(List.of("untrusted"))) {
            boolean plain =
                    target instanceof BtfType.VoidType
                            || target instanceof BtfType.Int
                            || target instanceof BtfType.Enumeration;
            return plain
                    ? new Parameter(Kind.UNTRUSTED, 0, false)
                    : object(index, target, RegType.UNTRUSTED, false);
        }
        if (tags.contains("trusted") || tags.contains("arena") || tags.contains("untrusted")) {
            throw v.reject(
                    Errno.EINVAL, "arg#%d has a tag that has no meaning here: %s", index, tags);
        }
        if (tags.contains("nullable")) {
            throw v.reject(Errno.EINVAL, "arg#%d has invalid combination of tags", index);
        }
        int size;
        try {
            size = btf.sizeOf(pointer.target());
        } catch (RuntimeException unsized) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#%d reference type('%s') size cannot be determined: -22",
                    index,
                    btf.text(pointer.target()));
        }
        return new Parameter(Kind.MEMORY, size, !tags.contains("nonnull"));
    }

    /// A kernel object by the name of its type.
    private Parameter object(int index, BtfType target, int flags, boolean nullable) {
        String name = target.name();
        int flavour = name.indexOf("___");
        String plain = flavour > 0 ? name.substring(0, flavour) : name;
        int type = v.kernel.struct(plain);
        if (type == 0) {
            throw v.reject(Errno.ENOENT, "arg#%d: the kernel has no struct '%s'", index, plain);
        }
        return new Parameter(Kind.OBJECT, 0, nullable, type, flags);
    }

    private boolean isContext(BtfType type) {
        return type instanceof BtfType.Struct struct
                && struct.name().equals(v.rules.contextStruct());
    }

    void checkExceptionCallback(List<Parameter> parameters) {
        if (parameters.size() != 1 || parameters.getFirst().kind() != Kind.SCALAR) {
            throw v.reject(Errno.EINVAL, "exception cb only supports single integer argument");
        }
    }

    /// Sets the registers as any caller could.
    void enter(FrameState frame, List<Parameter> parameters) {
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            RegState reg = frame.reg(i + 1);
            switch (parameter.kind()) {
                case SCALAR -> reg.markUnknown();
                case CONTEXT -> reg.markPointer(RegType.CTX, 0);
                case DYNPTR -> {
                    reg.markPointer(RegType.DYNPTR, 0);
                    reg.id = v.newId();
                    reg.dynptr = DynptrType.LOCAL;
                    reg.firstSlot = true;
                }
                case OBJECT -> {
                    ObjectTypes.markObject(
                            reg,
                            parameter.flags() | (parameter.nullable() ? RegType.MAYBE_NULL : 0),
                            v.kernel.all(),
                            parameter.type());
                    reg.id = v.newId();
                }
                case UNTRUSTED -> reg.markPointer(RegType.MEM, RegType.RDONLY | RegType.UNTRUSTED);
                case MEMORY -> {
                    reg.markPointer(RegType.MEM, parameter.nullable() ? RegType.MAYBE_NULL : 0);
                    reg.memSize = parameter.size();
                    reg.id = v.newId();
                }
            }
        }
    }

    void checkCall(
            int subprogram, MemoryCheck memory, ArgumentCheck arguments, DynptrCheck dynptrs) {
        List<Parameter> parameters = parameters(subprogram);
        for (int i = 0; i < parameters.size(); i++) {
            checkArgument(parameters.get(i), i, memory, arguments, dynptrs);
        }
    }

    private void checkArgument(
            Parameter parameter,
            int index,
            MemoryCheck memory,
            ArgumentCheck arguments,
            DynptrCheck dynptrs) {
        int number = index + 1;
        RegState reg = v.reg(number);
        switch (parameter.kind()) {
            case SCALAR -> {
                if (!reg.isScalar()) {
                    throw v.reject(Errno.EINVAL, "R%d is not a scalar", number);
                }
            }
            case CONTEXT -> {
                arguments.checkOffset(number, reg);
                if (!reg.isPlain(RegType.CTX)) {
                    throw v.reject(Errno.EINVAL, "arg#%d expects pointer to ctx", index);
                }
            }
            case DYNPTR -> {
                if (reg.type == RegType.DYNPTR) {
                    arguments.checkOffset(number, reg);
                }
                dynptrs.checkInitialized(reg, number, null);
            }
            case OBJECT -> checkObject(parameter, number, reg);
            case UNTRUSTED -> {}
            case MEMORY -> {
                arguments.checkOffset(number, reg);
                checkMemory(reg, number, parameter.size(), memory);
                if (!parameter.nullable() && reg.mayBeNull()) {
                    throw v.reject(Errno.EINVAL, "arg#%d is expected to be non-NULL", index);
                }
            }
        }
    }

    private void checkObject(Parameter parameter, int number, RegState reg) {
        if (parameter.flags() == RegType.UNTRUSTED || (parameter.nullable() && reg.isNull())) {
            return;
        }
        int nullable = parameter.nullable() ? RegType.MAYBE_NULL : 0;
        int flags = reg.flags & ~nullable;
        boolean known = flags == 0 || flags == RegType.TRUSTED || flags == RegType.RCU;
        if (!reg.is(RegType.BTF_ID) || !known) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d type=%s expected=ptr_, trusted_ptr_, rcu_ptr_",
                    number,
                    reg.typeText());
        }
        if (!StructWalk.matches(
                v, reg.btf, reg.btfId, reg.off, v.kernel.all(), parameter.type(), false)) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d is of another type but %s is expected",
                    number,
                    ObjectTypes.name(v.kernel.all(), parameter.type()));
        }
    }

    private static void checkMemory(RegState reg, int number, int size, MemoryCheck memory) {
        if (reg.isNull()) {
            return;
        }
        RegState saved = reg.copy();
        boolean nullable = reg.mayBeNull();
        if (nullable) {
            NullChecks.markNotNull(reg);
        }
        memory.checkHelperMemory(number, size, false, true, null);
        memory.checkHelperMemory(number, size, true, true, null);
        if (nullable) {
            reg.set(saved);
        }
    }
}
