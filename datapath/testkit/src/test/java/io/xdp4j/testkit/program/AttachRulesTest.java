package io.xdp4j.testkit.program;

import static io.xdp4j.core.device.XdpFlags.DRV_MODE;
import static io.xdp4j.core.device.XdpFlags.HW_MODE;
import static io.xdp4j.core.device.XdpFlags.REPLACE;
import static io.xdp4j.core.device.XdpFlags.SKB_MODE;
import static io.xdp4j.core.device.XdpFlags.UPDATE_IF_NOEXIST;
import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.ebpf.Errno.EBUSY;
import static io.xdp4j.ebpf.Errno.EEXIST;
import static io.xdp4j.ebpf.Errno.EINVAL;
import static io.xdp4j.ebpf.Errno.ENODEV;
import static io.xdp4j.ebpf.Errno.ENOMEM;
import static io.xdp4j.ebpf.Errno.EPERM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.XdpLink;
import io.xdp4j.core.device.XdpMode;
import io.xdp4j.core.device.XdpState;
import io.xdp4j.core.program.XdpAttachType;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.redirect.UpdateFlags;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.TraceRecorder;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The kernel's rules of `dev_xdp_attach` and of links.
@DatapathTest
final class AttachRulesTest {
    private static final int ENOLINK = 67;

    private final XdpProgram one = new Typed(XdpAttachType.DEVICE);
    private final XdpProgram two = new Typed(XdpAttachType.DEVICE);

    /// A program that says where it may run.
    private record Typed(XdpAttachType attachType, Object identity) implements XdpProgram {
        Typed(XdpAttachType attachType) {
            this(attachType, new Object());
        }

        @Override
        public int run(XdpBuff xdp) {
            return XDP_PASS;
        }
    }

    private static XdpState state(Datapath datapath) {
        return FakeNic.builder(datapath, "nic0").up().xdp();
    }

    private static void refused(int errno, ThrowingCallable call) {
        assertThatThrownBy(call).extracting("errno").isEqualTo(errno);
    }

    private static @Nullable XdpProgram there(XdpState state, XdpMode mode) {
        var attached = state.program(mode);
        return attached == null ? null : attached.program();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                32,
                1 << 31,
                SKB_MODE | DRV_MODE,
                SKB_MODE | HW_MODE,
                DRV_MODE | HW_MODE,
                HW_MODE
            })
    void refusesFlagsThatNobodyKnowsOrThatNameNoMode(int flags, Datapath datapath) {
        XdpState state = state(datapath);
        refused(EINVAL, () -> state.attach(one, flags));
        refused(EINVAL, () -> state.detach(flags));
        refused(EINVAL, () -> state.link(one, flags));
        refused(EINVAL, () -> state.load(List.of(), flags));
        assertThat(state.mode()).isNull();
    }

    @Test
    void replacesWithoutFlags(Datapath datapath) {
        XdpState state = state(datapath);
        state.attach(one, 0);
        state.attach(two, DRV_MODE);
        assertThat(there(state, XdpMode.DRV)).isEqualTo(two);
    }

    @Test
    void attachesOnlyWhereNothingIs(Datapath datapath) {
        XdpState state = state(datapath);
        state.attach(one, UPDATE_IF_NOEXIST);
        refused(EBUSY, () -> state.attach(two, UPDATE_IF_NOEXIST));
        refused(EBUSY, () -> state.attach(one, UPDATE_IF_NOEXIST));
        assertThat(there(state, XdpMode.DRV)).isEqualTo(one);
    }

    @Test
    void replacesOnlyWhatIsExpected(Datapath datapath) {
        XdpState state = state(datapath);
        refused(EINVAL, () -> state.attach(two, one, 0));
        refused(EEXIST, () -> state.attach(two, one, REPLACE));
        state.attach(one, null, REPLACE);
        refused(EEXIST, () -> state.attach(two, null, REPLACE));
        refused(EEXIST, () -> state.detach(two, REPLACE));
        state.attach(two, one, REPLACE);
        state.detach(two, REPLACE);
        assertThat(state.mode()).isNull();
    }

    @Test
    void runsInOneModeAtATime(Datapath datapath) {
        XdpState state = state(datapath);
        state.attach(one, SKB_MODE);
        assertThat(state.mode()).isEqualTo(XdpMode.SKB);
        refused(EEXIST, () -> state.attach(two, 0));
        refused(EEXIST, () -> state.link(two, DRV_MODE));
        state.detach(0);
        assertThat(there(state, XdpMode.SKB)).as("no flag names the native place").isEqualTo(one);
        state.detach(SKB_MODE);
        state.attach(two, 0);
        refused(EEXIST, () -> state.attach(one, SKB_MODE));
    }

    @ParameterizedTest
    @EnumSource(
            value = XdpAttachType.class,
            names = {"CPUMAP", "DEVMAP"})
    void refusesProgramsForEntriesOfMaps(XdpAttachType type, Datapath datapath) {
        XdpState state = state(datapath);
        XdpProgram entry = new Typed(type);
        refused(EINVAL, () -> state.attach(entry, 0));
        refused(EINVAL, () -> state.attach(entry, SKB_MODE));
        refused(EINVAL, () -> state.link(entry, 0));
    }

    @Test
    void mapsTakeTheirKindOfProgramsOnly(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        CpuMap cpus = new CpuMap(datapath, "cpus", 1);
        refused(ENOMEM, () -> cpus.update(0, 8, one, UpdateFlags.BPF_ANY));
        cpus.update(0, 8, new Typed(XdpAttachType.CPUMAP), UpdateFlags.BPF_ANY);
        cpus.delete(0);
        try (DevMap devices = new DevMap(datapath, "devices", 1)) {
            refused(EINVAL, () -> devices.update(0, nic, one, UpdateFlags.BPF_ANY));
            devices.update(0, nic, new Typed(XdpAttachType.DEVMAP), UpdateFlags.BPF_ANY);
        }
    }

    @Test
    void aLinkHoldsItsPlace(Datapath datapath) {
        XdpState state = state(datapath);
        try (XdpLink link = state.link(one, 0)) {
            refused(EBUSY, () -> state.attach(two, 0));
            refused(EBUSY, () -> state.attach(two, two, REPLACE));
            refused(EBUSY, () -> state.detach(0));
            refused(EBUSY, () -> state.link(two, 0));
            assertThat(state.link(XdpMode.DRV)).isEqualTo(link);
        }
        assertThat(state.mode()).isNull();
        state.attach(two, 0);
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            refused(EBUSY, () -> state.link(one, 0));
        }
        assertThat(trace.lines())
                .containsExactly(
                        "bpf_xdp_link_attach_failed errmsg=attach(nic0): EBUSY: a program without"
                                + " link is there; detach it");
        refused(EINVAL, () -> state.link(one, REPLACE));
        refused(EINVAL, () -> state.link(one, UPDATE_IF_NOEXIST));
    }

    @Test
    void aLinkChangesItsProgram(Datapath datapath) {
        XdpState state = state(datapath);
        XdpLink link = state.link(one, SKB_MODE);
        refused(EPERM, () -> link.update(two, two));
        refused(EINVAL, () -> link.update(new Typed(XdpAttachType.CPUMAP), one));
        link.update(two, one);
        link.update(two, null);
        assertThat(there(state, XdpMode.SKB)).isEqualTo(two);
        assertThat(link.program().program()).isEqualTo(two);
        link.close();
        refused(ENOLINK, () -> link.update(one, null));
        assertThat(link.isAttached()).isFalse();
    }

    @Test
    void aLinkOutlivesItsDevice(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        XdpLink link = nic.xdp().link(xdp -> XDP_DROP, 0);
        nic.close();
        assertThat(link.isAttached()).isFalse();
        refused(ENOLINK, () -> link.update(one, null));
        refused(ENODEV, () -> nic.attach(one));
        link.close();
    }

    @Test
    void aProgramKeepsTheIdThatItHas(Datapath datapath) {
        XdpProgram known =
                new XdpProgram() {
                    @Override
                    public int run(XdpBuff xdp) {
                        return XDP_PASS;
                    }

                    @Override
                    public int id() {
                        return 4711;
                    }
                };
        assertThat(state(datapath).attach(known, 0).id()).isEqualTo(4711);
        assertThat(Objects.requireNonNull(datapath.loaded(known)).id()).isEqualTo(4711);
    }
}
