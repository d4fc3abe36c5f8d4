package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RET_NULL;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.TRUSTED_ARGS;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.SpinWord;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Sections of a program that the kernel protects: read sections, preemption, locks.
final class SectionKfuncs {
    private SectionKfuncs() {}

    static List<KfuncProto> protos() {
        return List.of(
                KfuncProto.parse("void bpf_rcu_read_lock()").does(SectionKfuncs::nothing),
                KfuncProto.parse("void bpf_rcu_read_unlock()").does(SectionKfuncs::nothing),
                KfuncProto.parse("void bpf_preempt_disable()").does(SectionKfuncs::nothing),
                KfuncProto.parse("void bpf_preempt_enable()").does(SectionKfuncs::nothing),
                KfuncProto.parse("void bpf_local_irq_save(u64 *flags__irq_flag)")
                        .does(SectionKfuncs::localIrqSave),
                KfuncProto.parse("void bpf_local_irq_restore(u64 *flags__irq_flag)")
                        .does(SectionKfuncs::nothing),
                KfuncProto.parse("int bpf_res_spin_lock(bpf_res_spin_lock *lock)", RET_NULL)
                        .does(SectionKfuncs::lock),
                KfuncProto.parse("void bpf_res_spin_unlock(bpf_res_spin_lock *lock)")
                        .does(SectionKfuncs::unlock),
                KfuncProto.parse(
                                "int bpf_res_spin_lock_irqsave(bpf_res_spin_lock *lock, u64 *flags__irq_flag)",
                                RET_NULL)
                        .does(SectionKfuncs::lock),
                KfuncProto.parse(
                                "void bpf_res_spin_unlock_irqrestore(bpf_res_spin_lock *lock, u64 *flags__irq_flag)")
                        .does(SectionKfuncs::unlock),
                KfuncProto.parse("s64 bpf_map_sum_elem_count(const bpf_map *map)", TRUSTED_ARGS)
                        .does(SectionKfuncs::mapSumElemCount));
    }

    /// Nothing interrupts a program here.
    @HotPath
    static long nothing(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return 0;
    }

    @HotPath
    static long localIrqSave(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        RawMemory.putLong(r1, 0);
        return 0;
    }

    @HotPath
    static long lock(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        SpinWord.lock(r1);
        return 0;
    }

    @HotPath
    static long unlock(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        SpinWord.unlock(r1);
        return 0;
    }

    static long mapSumElemCount(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        return map == null ? 0 : map.count();
    }
}
