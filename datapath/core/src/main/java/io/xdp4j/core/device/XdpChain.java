package io.xdp4j.core.device;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpAttachType;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Several programs on one device: each runs while the one before it answers with an action that it
/// chains on; after the last the packet passes.
///
/// Thread: [#run] any worker; a chain never changes, a device is given another one.
/// Kernel: the dispatcher of libxdp (`xdp-dispatcher.c.in`, protocol version 2).
public final class XdpChain implements XdpProgram {
    /// Programs that fit (`MAX_DISPATCHER_ACTIONS`).
    public static final int MAX_PROGRAMS = 10;

    /// The name of the dispatcher's program, by which tools know it.
    public static final String NAME = "xdp_dispatcher";

    /// Equal ones stay in the order of their loading.
    private static final Comparator<ChainedProgram> ORDER =
            Comparator.comparingInt(ChainedProgram::priority)
                    .thenComparing(member -> member.program().name());

    private final List<ChainedProgram> members;
    private final XdpProgram[] programs;
    private final int[] chainActions;
    private final boolean hasFrags;

    XdpChain(List<ChainedProgram> loaded) {
        List<ChainedProgram> sorted = new ArrayList<>(loaded);
        sorted.sort(ORDER);
        members = List.copyOf(sorted);
        programs = members.stream().map(ChainedProgram::program).toArray(XdpProgram[]::new);
        chainActions = members.stream().mapToInt(ChainedProgram::chainActions).toArray();
        hasFrags = members.stream().allMatch(member -> member.program().hasFrags());
    }

    /// The programs in the order in which they run.
    public List<ChainedProgram> members() {
        return members;
    }

    boolean holds(XdpProgram program) {
        return members.stream().anyMatch(member -> member.program().equals(program));
    }

    /// The same chain with another program in the place of a member.
    XdpChain with(XdpProgram member, XdpProgram replacement) {
        return new XdpChain(
                members.stream()
                        .map(one ->
                                one.program().equals(member)
                                        ? new ChainedProgram(
                                                replacement, one.priority(), one.chainActions())
                                        : one)
                        .toList());
    }

    @HotPath
    @Override
    public int run(XdpBuff xdp) {
        for (int i = 0; i < programs.length; i++) {
            int action = programs[i].run(xdp);
            if ((chainActions[i] & 1 << action) == 0) {
                return action;
            }
        }
        return XdpAction.XDP_PASS;
    }

    @Override
    public String name() {
        return NAME;
    }

    /// Packets of several chunks come in only when every program takes them.
    @Override
    public boolean hasFrags() {
        return hasFrags;
    }

    @Override
    public XdpAttachType attachType() {
        return XdpAttachType.DEVICE;
    }

    @Override
    public String toString() {
        return NAME + members;
    }
}
