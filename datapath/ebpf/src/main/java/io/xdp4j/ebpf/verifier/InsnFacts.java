package io.xdp4j.ebpf.verifier;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// What was found out about each instruction.
///
/// Kernel: `struct bpf_insn_aux_data`.
final class InsnFacts {
    /// Where equivalent states are looked for.
    final BitSet prunePoints;

    /// Where the way of a path is recorded.
    final BitSet jumpPoints;

    final BitSet forcedCheckpoints;
    final BitSet callsCallback;
    final BitSet iteratorNext;

    /// True for a program that reads what only a kernel can guard: through pointers nobody vouches
    /// for, or in maps' own structures.
    boolean readsKernelMemory;

    final BitSet seen;

    /// Strongly connected component of the control flow, 0 for none.
    final int[] component;

    /// Registers that may be read at or after the instruction, as bits.
    final short[] liveRegs;

    /// Base of memory accesses: the type of the pointer, null until seen.
    final @Nullable RegType[] pointerType;

    final int[] pointerFlags;

    /// Map of the map load or helper call, null until seen.
    final @Nullable MapRef[] map;

    final BitSet mapVaries;

    /// Constant key of a lookup or tail call.
    final long[] key;

    final BitSet keyKnown;
    final BitSet keyVaries;

    InsnFacts(int count) {
        prunePoints = new BitSet(count);
        jumpPoints = new BitSet(count);
        forcedCheckpoints = new BitSet(count);
        callsCallback = new BitSet(count);
        iteratorNext = new BitSet(count);
        seen = new BitSet(count);
        component = new int[count];
        liveRegs = new short[count];
        pointerType = new RegType[count];
        pointerFlags = new int[count];
        map = new MapRef[count];
        mapVaries = new BitSet(count);
        key = new long[count];
        keyKnown = new BitSet(count);
        keyVaries = new BitSet(count);
    }

    void noteMap(int insn, MapRef used) {
        MapRef before = map[insn];
        if (before == null) {
            map[insn] = used;
        } else if (before != used) {
            mapVaries.set(insn);
        }
    }

    void noteKey(int insn, long value) {
        if (!keyKnown.get(insn)) {
            keyKnown.set(insn);
            key[insn] = value;
        } else if (key[insn] != value) {
            keyVaries.set(insn);
        }
    }

    void noteUnknownKey(int insn) {
        keyKnown.set(insn);
        keyVaries.set(insn);
    }
}
