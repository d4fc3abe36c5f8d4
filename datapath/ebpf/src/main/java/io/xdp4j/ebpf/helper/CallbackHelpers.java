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
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.Executable;
import java.util.List;

/// Helpers that call a function of the program.
final class CallbackHelpers {
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
                        .with(CALLS_BACK));
    }

    private static final int MAX_LOOPS = 1 << 23;

    @HotPath
    static long loop(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int rounds = (int) r1;
        if (r4 != 0) {
            return -Errno.EINVAL;
        }
        if (rounds < 0 || rounds > MAX_LOOPS) {
            return -Errno.E2BIG;
        }
        Executable body = machine.function(r2);
        for (int i = 0; i < rounds; i++) {
            if (machine.callBack(body, i, r3, 0, 0) != 0) {
                return i + 1L;
            }
        }
        return rounds;
    }

    /// Goes over the elements by key, so that the callback may delete the one it was given.
    static long forEach(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        if (map == null || r4 != 0) {
            return -Errno.EINVAL;
        }
        Executable body = machine.function(r2);
        long key = machine.scratch();
        machine.grant(key, map.keySize());
        long elements = 0;
        byte[] current = map.nextKey((byte[]) null);
        while (current != null) {
            byte[] next = map.nextKey(current);
            RawMemory.copyIn(current, 0, key, current.length);
            long value = map.lookup(key, machine.cpu());
            if (value != 0) {
                elements++;
                if (machine.callBack(body, r1, key, value, r3) != 0) {
                    break;
                }
            }
            current = next;
        }
        machine.revoke(key);
        return elements;
    }
}
