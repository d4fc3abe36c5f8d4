package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.verifier.ProgramFacts;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// What the compiler's own analysis found out about each instruction.
///
/// An instruction that two functions share keeps what holds in both.
final class InsnFacts implements ProgramFacts {
    /// No fixed place on the stack.
    static final int NO_STACK = Integer.MIN_VALUE;

    private static final int NO_MAP = Integer.MIN_VALUE;

    private final LinkedProgram program;
    private final @Nullable Access[] accesses;
    private final int[] offsets;
    private final int[] mapFds;
    private final long[] keys;
    private final int[] keySizes;
    private final int[] callbacks;
    private final boolean[] isCallback;
    private final BitSet dstNotLow = new BitSet();
    private final BitSet srcNotLow = new BitSet();
    private final boolean[] reached;
    private final boolean[] ambiguous;

    InsnFacts(LinkedProgram program) {
        int slots = program.insns().size();
        this.program = program;
        this.accesses = new Access[slots];
        this.offsets = new int[slots];
        this.mapFds = new int[slots];
        this.keys = new long[slots];
        this.keySizes = new int[slots];
        this.callbacks = new int[slots];
        this.isCallback = new boolean[slots];
        this.reached = new boolean[slots];
        this.ambiguous = new boolean[slots];
        Arrays.fill(offsets, NO_STACK);
        Arrays.fill(mapFds, NO_MAP);
        Arrays.fill(keys, -1);
    }

    // ---- recording

    /// @param dstIsLow whether the upper half of the destination is zero before the instruction
    /// @param srcIsLow whether that of the source register is
    void reach(int insn, boolean dstIsLow, boolean srcIsLow) {
        reached[insn] = true;
        if (!dstIsLow) {
            dstNotLow.set(insn);
        }
        if (!srcIsLow) {
            srcNotLow.set(insn);
        }
    }

    /// @param offset from the frame pointer or the context's start, [#NO_STACK] where unknown
    void recordAccess(int insn, Access access, int offset) {
        Access known = accesses[insn];
        if (known == null) {
            accesses[insn] = access;
            offsets[insn] = offset;
        } else if (known != access || (offsets[insn] != offset && access == Access.CONTEXT)) {
            recordAmbiguous(insn);
        } else if (offsets[insn] != offset) {
            offsets[insn] = NO_STACK;
        }
    }

    void recordAmbiguous(int insn) {
        ambiguous[insn] = true;
    }

    /// A look-up takes its key of `size` bytes, 4, 8, 16 or 24, from that frame offset.
    void recordKey(int insn, int offset, int size) {
        recordAccess(insn, Access.MEMORY, offset);
        keySizes[insn] = offsets[insn] == NO_STACK ? 0 : size;
    }

    void recordCall(int insn, @Nullable Integer mapFd, long key) {
        if (mapFds[insn] == NO_MAP) {
            mapFds[insn] = mapFd == null ? NO_MAP + 1 : mapFd;
            keys[insn] = key;
            return;
        }
        if (mapFd == null || mapFds[insn] != mapFd) {
            mapFds[insn] = NO_MAP + 1;
        }
        if (keys[insn] != key) {
            keys[insn] = -1;
        }
    }

    /// A call calls back the function that begins at a slot; 0 (where the main function begins, to
    /// which there are no pointers) when that is not known.
    void recordCallback(int insn, int entry) {
        callbacks[insn] = !isCallback[insn] || callbacks[insn] == entry ? entry : 0;
        isCallback[insn] = true;
    }

    // ---- asking

    /// True when the upper half of the destination is zero before the instruction.
    boolean isDstLow(int insn) {
        return reached[insn] && !dstNotLow.get(insn);
    }

    /// True when the upper half of the source register is zero.
    boolean isSrcLow(int insn) {
        return reached[insn] && !srcNotLow.get(insn);
    }

    /// True for an access that may go to the context or to memory: only the address tells.
    boolean isAmbiguous(int insn) {
        return ambiguous[insn];
    }

    @Override
    public Access access(int insn) {
        Access access = accesses[insn];
        return access == null ? Access.UNREACHABLE : access;
    }

    @Override
    public boolean isReachable(int insn) {
        return reached[insn];
    }

    @Override
    public @Nullable BpfMap constantMap(int insn) {
        return mapFds[insn] <= NO_MAP + 1 ? null : program.mapAt(mapFds[insn]);
    }

    @Override
    public long constantKey(int insn) {
        return keys[insn];
    }

    /// Bytes of the key that a look-up takes from [#offset]; 0 for any other instruction.
    int keySize(int insn) {
        return offsets[insn] == NO_STACK ? 0 : keySizes[insn];
    }

    /// Where the function begins that a call calls back; 0 where only the register tells.
    int callback(int insn) {
        return callbacks[insn];
    }

    /// Of a context access: bytes from its start. Of a memory access: bytes from the frame pointer,
    /// or [#NO_STACK].
    int offset(int insn) {
        return offsets[insn];
    }
}
