package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.program.ProgramType;
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
/// @param fixedSize bytes of a `FIXED_MEM` argument, 0 without one
/// @param function the implementation; null where the verifier rewrites the call or the program
///     type does not run here
public record HelperProto(
        int id,
        String name,
        RetType returns,
        List<ArgType> args,
        Set<Trait> traits,
        Set<ProgramType> types,
        int fixedSize,
        @Nullable HelperFunction function) {
    /// Special rules of a helper.
    public enum Trait {
        GPL_ONLY,
        /// Packet pointers are invalid after the call (`bpf_helper_changes_pkt_data`).
        CHANGES_PACKET,
        /// Packet memory may be passed (`pkt_access`).
        PACKET_ACCESS,
        /// Needs a sleepable program.
        MIGHT_SLEEP,
        ACQUIRES,
        RELEASES
    }

    public HelperProto {
        args = List.copyOf(args);
        traits = Set.copyOf(traits);
        types = Set.copyOf(types);
    }

    public boolean has(Trait trait) {
        return traits.contains(trait);
    }
}
