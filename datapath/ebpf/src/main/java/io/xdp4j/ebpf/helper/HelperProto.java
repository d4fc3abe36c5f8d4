package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.program.ProgramType;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A helper: what verifier, interpreter, JIT and the disassembler need to know of it.
///
/// Kernel: `struct bpf_func_proto`.
///
/// @param id the kernel's number
/// @param name without `bpf_`: `map_lookup_elem`
/// @param returns type of r0
/// @param args types of r1.., as many as the helper takes
/// @param traits special rules
/// @param types program types that may call it
/// @param fixedSizes bytes of the `FIXED_MEM` arguments, by position; empty without one
/// @param btfType name of the kernel type behind `BTF_ID` arguments and results, or null
/// @param function the implementation; null where the engine does the call itself or the program
///     type does not run here
/// @param refusal why a program that calls it cannot run here, or null
public record HelperProto(
        int id,
        String name,
        RetType returns,
        List<ArgType> args,
        Set<Trait> traits,
        Set<ProgramType> types,
        List<Integer> fixedSizes,
        @Nullable String btfType,
        @Nullable HelperFunction function,
        @Nullable String refusal) {
    /// Special rules of a helper.
    public enum Trait {
        GPL_ONLY,
        /// Packet pointers are invalid after the call (`bpf_helper_changes_pkt_data`).
        CHANGES_PACKET,
        /// Packet memory may be passed (`pkt_access`).
        PACKET_ACCESS,
        /// Needs a sleepable program.
        MIGHT_SLEEP,
        /// The result is a reference that the program must give back.
        ACQUIRES,
        /// An argument is a reference that the call takes.
        RELEASES,
        /// The result is the argument seen as another type of socket (`is_ptr_cast_function`).
        CASTS,
        /// Calls a function of the program before it returns; engines tell the machine their frame
        /// first.
        CALLS_BACK,
        /// Prints by a format: also what the registers behind the arguments hold, set or not, and what
        /// its values point to.
        FORMATS,
        /// Does not come back on success; engines do the jump.
        TAIL_CALL
    }

    private static final int MAX_REGISTERS = 5;

    /// Every program type.
    static final Set<ProgramType> ALL =
            Collections.unmodifiableSet(EnumSet.allOf(ProgramType.class));

    public HelperProto {
        args = List.copyOf(args);
        traits = Set.copyOf(traits);
        types = Set.copyOf(types);
        fixedSizes = List.copyOf(fixedSizes);
    }

    /// A helper for all program types, without special rules and without a method.
    static HelperProto of(int id, String name, RetType returns, ArgType... args) {
        return new HelperProto(
                id, name, returns, List.of(args), Set.of(), ALL, List.of(), null, null, null);
    }

    HelperProto with(Trait... more) {
        return new HelperProto(
                id,
                name,
                returns,
                args,
                Set.of(more),
                types,
                fixedSizes,
                btfType,
                function,
                refusal);
    }

    HelperProto on(Set<ProgramType> only) {
        return new HelperProto(
                id, name, returns, args, traits, only, fixedSizes, btfType, function, refusal);
    }

    HelperProto sized(Integer... bytes) {
        return new HelperProto(
                id, name, returns, args, traits, types, List.of(bytes), btfType, function, refusal);
    }

    HelperProto btf(String type) {
        return new HelperProto(
                id, name, returns, args, traits, types, fixedSizes, type, function, refusal);
    }

    HelperProto does(HelperFunction method) {
        return new HelperProto(
                id, name, returns, args, traits, types, fixedSizes, btfType, method, refusal);
    }

    HelperProto refused(String why) {
        return new HelperProto(
                id, name, returns, args, traits, types, fixedSizes, btfType, function, why);
    }

    public boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /// Registers from r1 on whose values the call reads.
    public int registers() {
        return has(Trait.FORMATS) ? MAX_REGISTERS : args.size();
    }

    /// Bytes of the `FIXED_MEM` argument at that position, from 0.
    public int fixedSize(int arg) {
        return fixedSizes.get(arg);
    }

    /// True when a program of that type and attach point may call it.
    ///
    /// @param expectedAttachType kernel's number; matters for socket address hooks only
    public boolean isAllowed(ProgramType type, int expectedAttachType) {
        return types.contains(type)
                && (type != ProgramType.CGROUP_SOCK_ADDR
                        || AttachRules.isAllowed(id, expectedAttachType));
    }
}
