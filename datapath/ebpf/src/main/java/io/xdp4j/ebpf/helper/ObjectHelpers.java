package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.KPTR;
import static io.xdp4j.ebpf.helper.ArgType.KPTR_RELEASED;
import static io.xdp4j.ebpf.helper.ArgType.PERCPU_BTF_ID;
import static io.xdp4j.ebpf.helper.ArgType.SPIN_LOCK;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.ACQUIRES;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.RELEASES;
import static io.xdp4j.ebpf.helper.RetType.KPTR_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.MEM_OR_BTF_ID;
import static io.xdp4j.ebpf.helper.RetType.MEM_OR_BTF_ID_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.VOID;

import java.util.List;

/// Locks, kptrs and per-CPU objects.
final class ObjectHelpers {
    private ObjectHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(93, "spin_lock", VOID, SPIN_LOCK),
                HelperProto.of(94, "spin_unlock", VOID, SPIN_LOCK),
                HelperProto.of(153, "per_cpu_ptr", MEM_OR_BTF_ID_OR_NULL, PERCPU_BTF_ID, ANYTHING),
                HelperProto.of(154, "this_cpu_ptr", MEM_OR_BTF_ID, PERCPU_BTF_ID),
                HelperProto.of(194, "kptr_xchg", KPTR_OR_NULL, KPTR, KPTR_RELEASED)
                        .with(ACQUIRES, RELEASES));
    }
}
