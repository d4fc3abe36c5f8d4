package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_ALLOC_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.DYNPTR_RINGBUF;
import static io.xdp4j.ebpf.helper.ArgType.DYNPTR_RINGBUF_UNINIT;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.RINGBUF_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.ACQUIRES;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.RELEASES;
import static io.xdp4j.ebpf.helper.RetType.ALLOC_MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.helper.RetType.VOID;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.RingBufferMap;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Ring buffer records.///
/// Kernel: kernel/bpf/ringbuf.c.
final class RingHelpers {
    private RingHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                130,
                                "ringbuf_output",
                                INTEGER,
                                CONST_MAP_PTR,
                                MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .does(RingHelpers::output),
                HelperProto.of(
                                131,
                                "ringbuf_reserve",
                                ALLOC_MEM_OR_NULL,
                                CONST_MAP_PTR,
                                CONST_ALLOC_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(ACQUIRES)
                        .does(RingHelpers::reserve),
                HelperProto.of(132, "ringbuf_submit", VOID, RINGBUF_MEM, ANYTHING)
                        .with(RELEASES)
                        .does(RingHelpers::submit),
                HelperProto.of(133, "ringbuf_discard", VOID, RINGBUF_MEM, ANYTHING)
                        .with(RELEASES)
                        .does(RingHelpers::discard),
                HelperProto.of(134, "ringbuf_query", INTEGER, CONST_MAP_PTR, ANYTHING)
                        .does(RingHelpers::query),
                HelperProto.of(
                                198,
                                "ringbuf_reserve_dynptr",
                                INTEGER,
                                CONST_MAP_PTR,
                                ANYTHING,
                                ANYTHING,
                                DYNPTR_RINGBUF_UNINIT)
                        .does(RingHelpers::reserveDynptr),
                HelperProto.of(199, "ringbuf_submit_dynptr", VOID, DYNPTR_RINGBUF, ANYTHING)
                        .with(RELEASES)
                        .does(RingHelpers::submitDynptr),
                HelperProto.of(200, "ringbuf_discard_dynptr", VOID, DYNPTR_RINGBUF, ANYTHING)
                        .with(RELEASES)
                        .does(RingHelpers::discardDynptr));
    }

    @HotPath
    static long output(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().map(r1) instanceof RingBufferMap ring
                ? ring.output(r2, r3, r4)
                : -Errno.EINVAL;
    }

    @HotPath
    static long reserve(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if (!(machine.runtime().map(r1) instanceof RingBufferMap ring)) {
            return 0;
        }
        long record = ring.reserve(r2, r3);
        if (record != 0) {
            machine.grant(record, r2);
        }
        return record;
    }

    @HotPath
    static long submit(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        commit(machine, r1, r2, false);
        return 0;
    }

    @HotPath
    static long discard(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        commit(machine, r1, r2, true);
        return 0;
    }

    /// Only what was handed out in this run is taken back, once.
    private static void commit(BpfMachine machine, long record, long flags, boolean discarded) {
        if (machine.revoke(record)
                && machine.runtime().mapById(RingBufferMap.mapId(record))
                        instanceof RingBufferMap ring) {
            if (discarded) {
                ring.discard(record, flags);
            } else {
                ring.submit(record, flags);
            }
        }
    }

    @HotPath
    static long query(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().map(r1) instanceof RingBufferMap ring ? ring.query(r2) : 0;
    }

    @HotPath
    static long reserveDynptr(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int size = (int) r2;
        boolean fits = Integer.compareUnsigned(size, DynptrHelpers.MAX_SIZE) <= 0;
        long record =
                fits && machine.runtime().map(r1) instanceof RingBufferMap ring
                        ? ring.reserve(size, r3)
                        : 0;
        if (record == 0) {
            Dynptr.clear(r4);
            return fits || r3 != 0 ? -Errno.EINVAL : -Errno.E2BIG;
        }
        machine.grant(record, size);
        Dynptr.init(r4, record, Dynptr.RINGBUF, 0, size);
        return 0;
    }

    @HotPath
    static long submitDynptr(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return commitDynptr(machine, r1, r2, false);
    }

    @HotPath
    static long discardDynptr(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return commitDynptr(machine, r1, r2, true);
    }

    private static long commitDynptr(
            BpfMachine machine, long dynptr, long flags, boolean discarded) {
        long record = Dynptr.base(dynptr);
        if (record != 0) {
            commit(machine, record, flags, discarded);
            Dynptr.clear(dynptr);
        }
        return 0;
    }
}
