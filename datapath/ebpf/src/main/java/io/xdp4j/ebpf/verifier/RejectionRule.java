package io.xdp4j.ebpf.verifier;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a program can break: each message of the verifier belongs to one.
///
/// The first rule one of whose words stands in a message's format is the one meant.
public enum RejectionRule {
    POINTER_LEAK(
            "without CAP_PERFMON no address leaves the program, nor decides anything in it",
            "keep pointers out of maps, packets and results; or load with CAP_PERFMON",
            "leaks addr",
            "leaking pointer",
            "pointer comparison",
            "partial copy of pointer",
            "sign-extension part",
            "corrupt spilled pointer",
            "var-offset stack write",
            "R%d pointer arithmetic prohibited"),
    SPECULATION(
            "without CAP_PERFMON the kernel masks pointer arithmetic: it must know how far each pointer goes",
            "index map values with a bounded unsigned number, on each path alike; or load with CAP_PERFMON",
            "prohibited for !root"),
    PRIVILEGE(
            "functions, loops, kernel structures and most program types need capabilities",
            "load with CAP_BPF (CAP_PERFMON for kernel structures); inline functions and unroll loops",
            "for CAP_BPF and",
            "only to CAP_PERFMON",
            "back-edge"),
    NULL_POINTER(
            "a pointer that may be NULL is compared with NULL before it is used",
            "compare the pointer with NULL first: `if (!p) return XDP_PASS;`"),
    STALE_PACKET_POINTER(
            "packet pointers are read from the context again after a call that may move the packet",
            "read ctx->data and ctx->data_end again after the call, and repeat the bounds check"),
    PACKET_BOUNDS(
            "each packet access is proven to lie below data_end on every path that leads to it",
            "compare the end of the access with data_end before it",
            "invalid access to packet",
            "offset is outside of the packet"),
    MAP_VALUE_BOUNDS(
            "each access to a map value lies inside of the value",
            "bound the offset by the value's size before the access",
            "invalid access to map value",
            "invalid access to map key",
            "map_ptr to access map->",
            "has invalid",
            "direct value offset"),
    NEGATIVE_INDEX(
            "an offset that may be negative is no offset",
            "use an unsigned type for the index, or check it: `if (i < 0) return XDP_PASS;`",
            "min value is negative",
            "negative access",
            "negative offset"),
    UNBOUNDED_OFFSET(
            "a number that is added to a pointer, or is a length, has bounds that the verifier can see",
            "bound it where it is used: `if (i >= MAX) return XDP_PASS;`, or `i &= MAX - 1;`",
            "unbounded memory access",
            "unbounded min value",
            "makes %s pointer be out of bounds",
            "math between",
            "pointer offset %d is not allowed",
            "invalid zero-sized read"),
    MEMORY_BOUNDS(
            "each access lies inside of the memory that the pointer was given for",
            "bound the offset by the size of the memory",
            "invalid access to memory",
            "invalid %s access",
            "outside of the allowed memory range"),
    UNINITIALISED_REGISTER(
            "a register is written on every path before it is read",
            "give the variable a value on every path; after a call only r0 and r6 to r9 hold something",
            "!read_ok"),
    UNINITIALISED_STACK(
            "stack bytes are written before they are read",
            "initialise the variable, all of its bytes: `struct key k = {};`",
            "invalid read from stack off",
            "invalid read from stack R%d"),
    STACK_BOUNDS(
            "a function's stack has 512 bytes below the frame pointer; an offset that varies is bounded",
            "keep the variable smaller, or bound the index into it",
            "stack R%d off=%d size=%d",
            "variable-offset%s stack",
            "variable offset stack pointer"),
    STACK_SPILL(
            "a pointer is saved to, and restored from, the stack as a whole",
            "copy pointers with 8-byte stores and loads; do not take them apart",
            "size of register spill",
            "size of register fill",
            "cannot spill pointers to stack"),
    FRAME_POINTER(
            "the frame pointer is read-only", "use another register", "frame pointer is read only"),
    READ_ONLY(
            "what is written may be written by programs: no read-only map, map key, context or socket",
            "write to a copy, or make the map writable (no `const`, no BPF_F_RDONLY_PROG)",
            "write into map forbidden",
            "read from map forbidden",
            "cannot write into",
            "write to change key",
            "only read from bpf_map"),
    CONTEXT_ACCESS(
            "the context is accessed by its fields, with their size, at a constant offset",
            "read the field itself; struct xdp_md has six 4-byte fields, all of them read-only",
            "invalid bpf_context access",
            "dereference of modified",
            "variable %s access var_off",
            "same insn cannot be used with different pointers"),
    ALIGNMENT(
            "an access is aligned to its size where that is demanded (stack, atomics, strict alignment)",
            "align the variable, or access it byte by byte (`__builtin_memcpy`)",
            "misaligned"),
    ATOMIC(
            "atomic operations are for 4 or 8 aligned bytes of the stack or of maps",
            "keep the counter in a map value or on the stack",
            "BPF_ATOMIC",
            "atomic operand size"),
    POINTER_ARITHMETIC(
            "a pointer may be moved by adding and subtracting numbers, with 64 bits; nothing else",
            "compute the offset as a number first, then add it to the pointer once",
            "pointer arithmetic",
            "bitwise operator",
            "pointer %s pointer prohibited",
            "subtract pointer from scalar",
            "subtraction from stack pointer"),
    NOT_A_POINTER(
            "only a pointer can be dereferenced",
            "keep the value a pointer: no arithmetic but + and -, no truncation, no partial copy",
            "invalid mem access"),
    RETURN_VALUE(
            "the program, or callback, returns a known number of the range of its type",
            "return a number of that range on every path",
            "should have been in",
            "R0 not a scalar",
            "R0 is not a known value",
            "R0 is not a scalar",
            "cannot return stack pointer"),
    REFERENCE_LEAK(
            "what was acquired is given back on every path",
            "release it on every path, also on the one that returns early",
            "reference leak"),
    REFERENCE(
            "a release function takes what was acquired, once, and as it was given",
            "pass the pointer as the acquiring call returned it, and not again after the release",
            "unacquired reference",
            "must be referenced",
            "has not been acquired",
            "release unowned",
            "when passed to release func",
            "zero offset when passed",
            "expects refcounted"),
    LOCK(
            "between bpf_spin_lock and bpf_spin_unlock there are no calls, and each lock has its unlock",
            "unlock before the call or the return; take one lock at a time",
            "spin_lock",
            "holding a lock",
            "bpf_spin_unlock",
            "static function instead",
            "rbtree cb",
            "same allocation",
            "deadlock",
            "res_spin_unlock",
            "restore irq",
            "subsystem misconfigured"),
    CRITICAL_SECTION(
            "RCU and preemption sections are left before the program ends, each as often as entered",
            "leave the section on every path",
            "rcu",
            "RCU CS",
            "preempt"),
    SLEEPABLE(
            "helpers that may sleep are for sleepable programs, and those are of few types",
            "use a helper that does not sleep",
            "sleep"),
    INFINITE_LOOP(
            "a loop makes progress that ends it",
            "count the rounds down to a constant: `for (int i = 0; i < 32; i++)`, or use bpf_loop()",
            "infinite loop"),
    TOO_COMPLEX(
            "all paths together take at most 1,000,000 instructions to follow",
            "shorten loops, use bpf_loop(), or move code into global functions, which are verified once",
            "too large. Processed",
            "too complex",
            "%d instructions (expected"),
    CALL_DEPTH(
            "calls are at most 8 frames deep, without recursion",
            "inline functions (`__always_inline`) or flatten the calls",
            "call stack of %d frames",
            "too many subprograms"),
    STACK_SIZE(
            "the functions of a call chain share 512 bytes of stack, 256 where they tail-call",
            "move large variables to a per-CPU array map",
            "combined stack size",
            "call stack of previous frames"),
    LD_ABS(
            "LD_ABS and LD_IND are for programs whose context is an skb",
            "read the packet through its pointers",
            "LD_[ABS",
            "LD_ABS"),
    GPL(
            "helpers of the kernel that are GPL only need a GPL-compatible license",
            "declare it: `char _license[] SEC(\"license\") = \"GPL\";`",
            "GPL-restricted",
            "non-GPL"),
    HELPER_NOT_ALLOWED(
            "a program calls the helpers of its type",
            "use a helper of the program's type, or another program type",
            "cannot use helper",
            "invalid func unknown",
            "calling kernel function %s is not allowed",
            "is not a function",
            "require device-bound",
            "find BTF for kernel function",
            "not eliminated in verifier pass",
            "helper access to the packet is not allowed"),
    MAP_FOR_HELPER(
            "a helper takes maps of the types it is for",
            "use a map of another type, or the helper for this one",
            "cannot pass map_type",
            "map_ptr access not supported",
            "arg_type for sockmap",
            "isn't map pointer",
            "not allowed for map",
            "does not point to a readonly map",
            "no direct value access"),
    TIMER(
            "a timer is initialised with the map it lives in, at its own place in the value",
            "pass the address of the value's bpf_timer field, and the value's map",
            "workqueue",
            "timer"),
    SPECIAL_FIELD(
            "fields that the kernel manages are used through their helpers only",
            "leave the field to its helpers, and keep copies of the value away from it",
            "cannot be accessed directly",
            "cannot be accessed indirectly",
            "kptr",
            "uptr",
            "has no valid",
            "has to have BTF"),
    DYNPTR(
            "dynptrs live on the stack, at a constant place, and only helpers change them",
            "initialise the dynptr first, release it once, and do not touch its bytes",
            "dynptr"),
    ITERATOR(
            "an iterator is made, stepped and destroyed by its functions, on the stack",
            "use bpf_for() or call new, next and destroy in that order",
            "iterator",
            "Expected an initialized",
            "has to be at a constant offset",
            "cannot pass in %s at an offset",
            "initialized %s as arg"),
    HELPER_ARGUMENT(
            "each argument of a call is of the type that the callee is declared with",
            "pass what the declaration asks for",
            "expected=",
            "expected pointer to",
            "is not a known constant",
            "must be a known constant",
            "is not a constant address",
            "string is not zero-terminated",
            "Invalid format string",
            "Possibly NULL pointer passed",
            "is not a scalar",
            "support non-zero flags",
            "is of another type",
            "expects pointer to",
            "expected to be non-NULL",
            "should be `struct",
            "Unsupported reg type",
            "invalid args"),
    GLOBAL_FUNCTION(
            "a global function is verified alone: its types, from BTF, tell all about its arguments",
            "make the function static, or give it arguments of supported types, with tags where needed",
            "Global function",
            "arg#%d",
            "Arg#%d",
            "need valid BTF"),
    CALLBACK(
            "a callback is a static function of the program",
            "declare the function static and compile with -g",
            "callback function",
            "missing btf func_info"),
    CONTROL_FLOW(
            "each instruction can be reached, and each path ends in an exit",
            "compile again; in assembly, end each function with exit or a jump",
            "unreachable insn",
            "jump out of range",
            "jump into the middle",
            "last insn is not",
            "invalid destination",
            "tail_call is not allowed in subprogs"),
    FUNCTION_INFO(
            "function information fits the functions of the program",
            "compile again with -g; do not edit sections by hand",
            "func_info",
            "funcs in"),
    MAP_REFERENCE(
            "a map load names a map that exists",
            "load the object with its maps",
            "not pointing to valid bpf_map",
            "invalid btf_id"),
    EXCEPTION(
            "an exception ends the program from its own functions, not from callbacks",
            "return an error instead of calling bpf_throw() there",
            "exception cb",
            "exception callback",
            "bpf_throw"),
    GRAPH(
            "nodes of lists and trees are allocated by type, and linked through their own node field",
            "allocate with bpf_obj_new() of a struct of the program, and pass its node and root fields",
            "not found at offset",
            "bpf_rb_node",
            "in another struct",
            "at offset=%d",
            "local type ID",
            "bpf_obj_new",
            "percpu_obj_new",
            "has to be at the constant offset"),
    KERNEL_STRUCT(
            "kernel structures are read only, field by field, as BTF lays them out",
            "read a field of the structure with its own offset and size",
            "struct %s",
            "only read is supported",
            "ptr_%s",
            "direct access to",
            "is not a struct",
            "must be of a struct",
            "nested too deep",
            "beyond the end of member"),
    NOT_HERE(
            "this engine has no kernel objects behind it",
            "run the program in a kernel; or leave the call out here",
            "does not exist here",
            "does not exist",
            "no kernel objects",
            "is not supported",
            "arena",
            "addr_space_cast"),
    MALFORMED(
            "instructions are as RFC 9669 and the kernel define them",
            "compile again; in assembly, clear the fields that the instruction does not use",
            "reserved fields",
            "unknown opcode",
            "ld_imm64",
            "ldimm64",
            "invalid shift",
            "div by zero",
            "may_goto imm",
            "R%d is invalid",
            "cannot write to");

    private final String text;
    private final String suggestion;

    /// One a line.
    private final String words;

    RejectionRule(String text, String suggestion, String... words) {
        this.text = text;
        this.suggestion = suggestion;
        this.words = String.join("\n", words);
    }

    /// The rule of a message's format; null for a message that nobody thought of.
    static @Nullable RejectionRule of(String format) {
        for (RejectionRule rule : values()) {
            if (rule.words.lines().anyMatch(format::contains)) {
                return rule;
            }
        }
        return null;
    }

    /// What is demanded.
    public String text() {
        return text;
    }

    String suggestion() {
        return suggestion;
    }

    /// How data spells it: `packet_bounds`.
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
