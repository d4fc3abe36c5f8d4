package io.xdp4j.programs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.programs.balance.LoadBalancer;
import io.xdp4j.programs.bridge.LearningSwitch;
import io.xdp4j.programs.bridge.StormLimit;
import io.xdp4j.programs.bridge.SwitchPortSpec;
import io.xdp4j.programs.bridge.SwitchSpec;
import io.xdp4j.programs.bridge.VlanSet;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The programs allocate nothing per frame, whatever the frame is.
@DatapathTest(workers = 1)
final class HotPathAllocationTest {
    private static final int RUNS = 20_000;

    @Test
    void theSwitchAllocatesNothing(Datapath datapath) {
        FakeNic p0 = FakeNic.builder(datapath, "p0").up();
        FakeNic.builder(datapath, "p1").up();
        SwitchSpec spec =
                SwitchSpec.of("br0", SwitchPortSpec.plain("p0"), SwitchPortSpec.plain("p1"))
                        .withStormLimit(new StormLimit(1000, 1000, 1000));
        try (LearningSwitch bridge = new LearningSwitch(datapath, spec)) {
            bridge.attach();
            checkAllocation(datapath, p0, programOf(p0));
        }
    }

    @Test
    void theSwitchWithVlansAllocatesNothing(Datapath datapath) {
        FakeNic p0 = FakeNic.builder(datapath, "p0").up();
        FakeNic.builder(datapath, "p1").up();
        SwitchSpec spec =
                SwitchSpec.of(
                        "br0",
                        SwitchPortSpec.trunk("p0", VlanSet.ALL, 1),
                        SwitchPortSpec.access("p1", 5));
        try (LearningSwitch bridge = new LearningSwitch(datapath, spec)) {
            bridge.attach();
            checkAllocation(datapath, p0, programOf(p0));
        }
    }

    @Test
    void theBalancerAllocatesNothing(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "p0").up();
        CpuMap map = new CpuMap(datapath, "cpu_map", 1);
        map.update(0, 64);
        checkAllocation(datapath, nic, new LoadBalancer(map, 1, List.of(0)));
    }

    private static XdpProgram programOf(FakeNic nic) {
        return Objects.requireNonNull(nic.attached()).program();
    }

    private static void checkAllocation(Datapath datapath, FakeNic nic, XdpProgram program) {
        XdpFrame frame = Objects.requireNonNull(datapath.pool().allocateForeign());
        XdpBuff xdp = new XdpBuff(0);
        RxQueue queue = nic.rxQueues().getFirst();
        byte[] bytes = Frames.ethernet().vlan(5).ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).build();
        frame.start(bytes.length);
        RawMemory.copyIn(bytes, 0, frame.data(), bytes.length);
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && allocated != 0; attempt++) {
            allocated = allocated(() -> runMany(program, xdp, frame, queue));
        }
        datapath.pool().freeForeign(frame);
        assertThat(allocated).isZero();
    }

    private static void runMany(XdpProgram program, XdpBuff xdp, XdpFrame frame, RxQueue queue) {
        int aborted = 0;
        for (int run = 0; run < RUNS; run++) {
            RawMemory.putByte(frame.data() + 11, run % 97);
            RawMemory.putByte(frame.data(), run % 3);
            RawMemory.putByte(frame.data() + 5, run % 11);
            RawMemory.putByte(frame.data() + 12, run % 2 == 0 ? 0x81 : 0x91);
            xdp.load(frame, queue, 0);
            aborted += program.run(xdp) == XdpAction.XDP_ABORTED ? 1 : 0;
        }
        if (aborted != 0) {
            throw new AssertionError("aborted: " + aborted);
        }
    }

    private static long allocated(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
