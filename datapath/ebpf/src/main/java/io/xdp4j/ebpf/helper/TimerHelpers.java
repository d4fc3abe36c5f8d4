package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.FUNC;
import static io.xdp4j.ebpf.helper.ArgType.TIMER;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Timers in map values.///
/// Kernel: [io.xdp4j.ebpf.vm.Timers]. Takes a lock: not for every packet.
final class TimerHelpers {
    private TimerHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(169, "timer_init", INTEGER, TIMER, CONST_MAP_PTR, ANYTHING)
                        .with(GPL_ONLY)
                        .does(TimerHelpers::init),
                HelperProto.of(170, "timer_set_callback", INTEGER, TIMER, FUNC)
                        .with(GPL_ONLY)
                        .does(TimerHelpers::setCallback),
                HelperProto.of(171, "timer_start", INTEGER, TIMER, ANYTHING, ANYTHING)
                        .with(GPL_ONLY)
                        .does(TimerHelpers::start),
                HelperProto.of(172, "timer_cancel", INTEGER, TIMER)
                        .with(GPL_ONLY)
                        .does(TimerHelpers::cancel));
    }

    static long init(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r2);
        return map == null ? -Errno.EINVAL : machine.runtime().timers().init(r1, map, r3);
    }

    static long setCallback(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().timers().callback(r1, r2);
    }

    static long start(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().timers().start(r1, r2, r3);
    }

    static long cancel(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().timers().cancel(r1);
    }
}
