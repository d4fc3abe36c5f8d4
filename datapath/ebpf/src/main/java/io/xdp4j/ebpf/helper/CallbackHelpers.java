package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.FUNC;
import static io.xdp4j.ebpf.helper.ArgType.SCALAR;
import static io.xdp4j.ebpf.helper.ArgType.STACK_OR_NULL;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.CALLS_BACK;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.UserRingBufferMap;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.Executable;
import java.util.List;

/// Helpers that call a function of the program.
public final class CallbackHelpers {
    /// The most rounds of `bpf_loop` (`BPF_MAX_LOOPS`).
    public static final int MAX_LOOPS = 1 << 23;

    /// What `bpf_loop` answers to more: the verifier puts the call in line, in 32 bits.
    public static final long TOO_MANY_LOOPS = -Errno.E2BIG & 0xffff_ffffL;

    private CallbackHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                164,
                                "for_each_map_elem",
                                INTEGER,
                                CONST_MAP_PTR,
                                FUNC,
                                STACK_OR_NULL,
                                ANYTHING)
                        .with(CALLS_BACK)
                        .does(CallbackHelpers::forEach),
                HelperProto.of(181, "loop", INTEGER, SCALAR, FUNC, STACK_OR_NULL, ANYTHING)
                        .with(CALLS_BACK)
                        .does(CallbackHelpers::loop),
                HelperProto.of(
                                209,
                                "user_ringbuf_drain",
                                INTEGER,
                                CONST_MAP_PTR,
                                FUNC,
                                STACK_OR_NULL,
                                ANYTHING)
                        .with(CALLS_BACK)
                        .does(CallbackHelpers::drain));
    }

    @HotPath
    static long loop(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if (r4 != 0) {
            return -Errno.EINVAL;
        }
        if (r1 < 0 || r1 > MAX_LOOPS) {
            return TOO_MANY_LOOPS;
        }
        int rounds = (int) r1;
        Executable body = machine.function(r2);
        for (int i = 0; i < rounds; i++) {
            if (machine.callBack(body, i, r3, 0, 0) != 0) {
                return i + 1L;
            }
        }
        return rounds;
    }

    static long forEach(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        if (map == null || r4 != 0) {
            return -Errno.EINVAL;
        }
        long key = machine.scratch();
        machine.grant(key, map.keySize());
        Executable body = machine.function(r2);
        boolean indexed = map.type() == MapType.ARRAY || map.type() == MapType.PERCPU_ARRAY;
        long elements = indexed ? byIndex(machine, map, body, r3) : byKey(machine, map, body, r3);
        machine.revoke(key);
        return elements;
    }

    private static long byIndex(BpfMachine machine, BpfMap map, Executable body, long context) {
        long key = machine.scratch();
        for (int i = 0; i < map.maxEntries(); i++) {
            RawMemory.putInt(key, i);
            long value = map.lookup(key, machine.cpu());
            if (machine.callBack(body, map.handle(), key, value, context) != 0) {
                return i + 1L;
            }
        }
        return map.maxEntries();
    }

    /// Takes the next key before the call, as the callback may delete the element it was given.
    private static long byKey(BpfMachine machine, BpfMap map, Executable body, long context) {
        long key = machine.scratch();
        long elements = 0;
        byte[] next;
        for (byte[] at = map.nextKey((byte[]) null); at != null; at = next) {
            next = map.nextKey(at);
            RawMemory.copyIn(at, 0, key, at.length);
            long value = map.lookup(key, machine.cpu());
            if (value != 0) {
                elements++;
                if (machine.callBack(body, map.handle(), key, value, context) != 0) {
                    break;
                }
            }
        }
        return elements;
    }

    private static final long WAKEUP_FLAGS = 3;

    static long drain(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if ((r4 & ~WAKEUP_FLAGS) != 0
                || !(machine.runtime().map(r1) instanceof UserRingBufferMap ring)) {
            return -Errno.EINVAL;
        }
        Executable body = machine.function(r2);
        if (!ring.tryLock()) {
            return -Errno.EBUSY;
        }
        long dynptr = machine.scratch();
        machine.grant(dynptr, Dynptr.BYTES);
        int samples = 0;
        long stop = 0;
        while (samples < UserRingBufferMap.MAX_SAMPLES && stop == 0) {
            long sample = ring.peek();
            if (sample < 0) {
                break;
            }
            Dynptr.init(dynptr, sample, Dynptr.LOCAL, 0, UserRingBufferMap.length(sample));
            stop = machine.callBack(body, dynptr, r3, 0, 0);
            ring.release(sample);
            samples++;
        }
        machine.revoke(dynptr);
        ring.unlock();
        return samples;
    }
}
