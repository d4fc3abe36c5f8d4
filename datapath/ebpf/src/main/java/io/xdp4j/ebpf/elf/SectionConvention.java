package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.LinkedProgram.Flag;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the name of a code section says about its programs.
///
/// Kernel: `section_defs` of libbpf, and the names that older loaders took.
///
/// @param type null when the name says nothing
/// @param expectedAttachType kernel's number, 0 for none
public record SectionConvention(
        @Nullable ProgramType type, int expectedAttachType, Set<Flag> flags) {
    private static final SectionConvention UNKNOWN = new SectionConvention(null, 0, Set.of());

    private enum Match {
        /// The name itself.
        EXACT,
        /// The name, and the name with a slash and more.
        PATH,
        /// Whatever begins with it.
        PREFIX
    }

    private record Rule(String name, Match match, SectionConvention meaning) {
        boolean fits(String section) {
            return switch (match) {
                case EXACT -> section.equals(name);
                case PATH -> section.equals(name) || section.startsWith(name + "/");
                case PREFIX -> section.startsWith(name);
            };
        }
    }

    /// The first one that fits holds.
    private static final List<Rule> RULES =
            List.of(
                    frags("xdp.frags/devmap", Match.PATH, LinkedProgram.ATTACH_XDP_DEVMAP),
                    frags("xdp.frags/cpumap", Match.PATH, LinkedProgram.ATTACH_XDP_CPUMAP),
                    frags("xdp.frags", Match.PREFIX, LinkedProgram.ATTACH_XDP),
                    xdp("xdp/devmap", Match.PATH, LinkedProgram.ATTACH_XDP_DEVMAP),
                    xdp("xdp_devmap/", Match.PREFIX, LinkedProgram.ATTACH_XDP_DEVMAP),
                    xdp("xdp/cpumap", Match.PATH, LinkedProgram.ATTACH_XDP_CPUMAP),
                    xdp("xdp_cpumap/", Match.PREFIX, LinkedProgram.ATTACH_XDP_CPUMAP),
                    xdp("xdp", Match.PREFIX, LinkedProgram.ATTACH_XDP),
                    rule("socket", Match.PREFIX, ProgramType.SOCKET_FILTER, 0),
                    rule("classifier", Match.PREFIX, ProgramType.SCHED_CLS, 0),
                    rule("tcx/ingress", Match.EXACT, ProgramType.SCHED_CLS, 46),
                    rule("tcx/egress", Match.EXACT, ProgramType.SCHED_CLS, 47),
                    rule("tc/ingress", Match.EXACT, ProgramType.SCHED_CLS, 46),
                    rule("tc/egress", Match.EXACT, ProgramType.SCHED_CLS, 47),
                    rule("netkit/primary", Match.EXACT, ProgramType.SCHED_CLS, 54),
                    rule("netkit/peer", Match.EXACT, ProgramType.SCHED_CLS, 55),
                    rule("tc", Match.PATH, ProgramType.SCHED_CLS, 0),
                    rule("sockops", Match.PREFIX, ProgramType.SOCK_OPS, 3),
                    rule("sk_reuseport/migrate", Match.EXACT, ProgramType.SK_REUSEPORT, 40),
                    rule("sk_reuseport", Match.PATH, ProgramType.SK_REUSEPORT, 39),
                    rule("cgroup_skb/ingress", Match.PREFIX, ProgramType.CGROUP_SKB, 0),
                    rule("cgroup_skb/egress", Match.PREFIX, ProgramType.CGROUP_SKB, 1),
                    rule("cgroup/skb", Match.PREFIX, ProgramType.CGROUP_SKB, 0),
                    rule("cgroup/sock_create", Match.EXACT, ProgramType.CGROUP_SOCK, 2),
                    rule("cgroup/sock_release", Match.EXACT, ProgramType.CGROUP_SOCK, 34),
                    rule("cgroup/sock", Match.EXACT, ProgramType.CGROUP_SOCK, 2),
                    rule("cgroup/post_bind4", Match.EXACT, ProgramType.CGROUP_SOCK, 12),
                    rule("cgroup/post_bind6", Match.EXACT, ProgramType.CGROUP_SOCK, 13),
                    rule("cgroup/bind4", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 8),
                    rule("cgroup/bind6", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 9),
                    rule("cgroup/connect4", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 10),
                    rule("cgroup/connect6", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 11),
                    rule("cgroup/connect_unix", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 49),
                    rule("cgroup/sendmsg4", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 14),
                    rule("cgroup/sendmsg6", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 15),
                    rule("cgroup/sendmsg_unix", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 50),
                    rule("cgroup/recvmsg4", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 19),
                    rule("cgroup/recvmsg6", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 20),
                    rule("cgroup/recvmsg_unix", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 51),
                    rule("cgroup/getpeername4", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 29),
                    rule("cgroup/getpeername6", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 30),
                    rule("cgroup/getpeername_unix", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 52),
                    rule("cgroup/getsockname4", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 31),
                    rule("cgroup/getsockname6", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 32),
                    rule("cgroup/getsockname_unix", Match.EXACT, ProgramType.CGROUP_SOCK_ADDR, 53),
                    rule("cgroup/dev", Match.EXACT, ProgramType.CGROUP_DEVICE, 6));

    public SectionConvention {
        flags = Set.copyOf(flags);
    }

    private static Rule frags(String name, Match match, int attach) {
        return new Rule(
                name,
                match,
                new SectionConvention(ProgramType.XDP, attach, Set.of(Flag.XDP_HAS_FRAGS)));
    }

    private static Rule xdp(String name, Match match, int attach) {
        return rule(name, match, ProgramType.XDP, attach);
    }

    private static Rule rule(String name, Match match, ProgramType type, int attach) {
        return new Rule(name, match, new SectionConvention(type, attach, Set.of()));
    }

    /// The name without the mark `?`, which asks libbpf to load a program only on demand.
    static String name(String section) {
        return section.startsWith("?") ? section.substring(1) : section;
    }

    /// What that section's name says.
    public static SectionConvention of(String section) {
        String name = name(section);
        for (Rule rule : RULES) {
            if (rule.fits(name)) {
                return rule.meaning();
            }
        }
        return UNKNOWN;
    }
}
