package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.FUNC;
import static io.xdp4j.ebpf.helper.ArgType.TIMER;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import java.util.List;

/// Timers in map values.
final class TimerHelpers {
    private TimerHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(169, "timer_init", INTEGER, TIMER, CONST_MAP_PTR, ANYTHING)
                        .with(GPL_ONLY),
                HelperProto.of(170, "timer_set_callback", INTEGER, TIMER, FUNC).with(GPL_ONLY),
                HelperProto.of(171, "timer_start", INTEGER, TIMER, ANYTHING, ANYTHING)
                        .with(GPL_ONLY),
                HelperProto.of(172, "timer_cancel", INTEGER, TIMER).with(GPL_ONLY));
    }
}
