package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import org.jspecify.annotations.Nullable;

/// What one verification found out, for the JIT.
final class VerifiedFacts implements ProgramFacts {
    private final Insn[] insns;
    private final InsnFacts facts;

    VerifiedFacts(Insn[] insns, InsnFacts facts) {
        this.insns = insns;
        this.facts = facts;
    }

    @Override
    public Access access(int insn) {
        if (!facts.seen.get(insn)) {
            return Access.UNREACHABLE;
        }
        RegType type = facts.pointerType[insn];
        if (type == null) {
            return Access.MEMORY;
        }
        return switch (type) {
            case CTX -> Access.CONTEXT;
            case SOCKET, SOCK_COMMON, TCP_SOCK, XDP_SOCK, BTF_ID, MAP_PTR -> Access.OBJECT;
            default -> Access.MEMORY;
        };
    }

    @Override
    public boolean readsKernelMemory() {
        return facts.readsKernelMemory;
    }

    @Override
    public boolean isReachable(int insn) {
        return facts.seen.get(insn)
                || (insn > 0 && insns[insn - 1].isLoadImm64() && facts.seen.get(insn - 1));
    }

    @Override
    public @Nullable BpfMap constantMap(int insn) {
        MapRef map = facts.map[insn];
        return map == null || facts.mapVaries.get(insn) ? null : map.live();
    }

    @Override
    public long constantKey(int insn) {
        return facts.keyKnown.get(insn) && !facts.keyVaries.get(insn) ? facts.key[insn] : -1;
    }
}
