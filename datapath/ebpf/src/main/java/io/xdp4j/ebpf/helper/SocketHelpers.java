package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.BTF_SOCK_COMMON;
import static io.xdp4j.ebpf.helper.ArgType.BTF_SOCK_RELEASED;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.CTX;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.SOCK_COMMON;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.ACQUIRES;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.CASTS;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.PACKET_ACCESS;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.RELEASES;
import static io.xdp4j.ebpf.helper.HelperTable.allBut;
import static io.xdp4j.ebpf.helper.RetType.BTF_ID_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.helper.RetType.SOCKET_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.SOCK_COMMON_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.TCP_SOCK_OR_NULL;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_DEVICE;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_SKB;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_SOCK;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_SOCK_ADDR;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.SK_REUSEPORT;
import static io.xdp4j.ebpf.program.ProgramType.SOCK_OPS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;
import java.util.Set;

/// Socket lookup: the emulated stack has no sockets, so nothing is ever found.
final class SocketHelpers {
    private SocketHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                84,
                                "sk_lookup_tcp",
                                SOCKET_OR_NULL,
                                CTX,
                                MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING,
                                ANYTHING)
                        .with(PACKET_ACCESS, ACQUIRES)
                        .on(Set.of(SCHED_CLS, XDP, CGROUP_SKB, CGROUP_SOCK_ADDR))
                        .does(SocketHelpers::notFound),
                HelperProto.of(
                                85,
                                "sk_lookup_udp",
                                SOCKET_OR_NULL,
                                CTX,
                                MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING,
                                ANYTHING)
                        .with(PACKET_ACCESS, ACQUIRES)
                        .on(Set.of(SCHED_CLS, XDP, CGROUP_SKB, CGROUP_SOCK_ADDR))
                        .does(SocketHelpers::notFound),
                HelperProto.of(86, "sk_release", INTEGER, BTF_SOCK_RELEASED)
                        .with(RELEASES)
                        .on(Set.of(SCHED_CLS, XDP, CGROUP_SKB, CGROUP_SOCK_ADDR))
                        .does(SocketHelpers::release),
                HelperProto.of(
                                99,
                                "skc_lookup_tcp",
                                SOCK_COMMON_OR_NULL,
                                CTX,
                                MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING,
                                ANYTHING)
                        .with(PACKET_ACCESS, ACQUIRES)
                        .on(Set.of(SCHED_CLS, XDP, CGROUP_SKB, CGROUP_SOCK_ADDR))
                        .does(SocketHelpers::notFound),
                HelperProto.of(95, "sk_fullsock", SOCKET_OR_NULL, SOCK_COMMON)
                        .with(CASTS)
                        .on(Set.of(SCHED_CLS, CGROUP_SKB)),
                HelperProto.of(96, "tcp_sock", TCP_SOCK_OR_NULL, SOCK_COMMON)
                        .with(CASTS)
                        .on(Set.of(SCHED_CLS, CGROUP_SKB, SOCK_OPS)),
                HelperProto.of(98, "get_listener_sock", SOCKET_OR_NULL, SOCK_COMMON)
                        .on(Set.of(SCHED_CLS, CGROUP_SKB)),
                HelperProto.of(136, "skc_to_tcp6_sock", BTF_ID_OR_NULL, BTF_SOCK_COMMON)
                        .with(CASTS)
                        .on(allBut(CGROUP_SOCK, CGROUP_DEVICE, SK_REUSEPORT))
                        .btf("tcp6_sock")
                        .does(SocketHelpers::notFound),
                HelperProto.of(137, "skc_to_tcp_sock", BTF_ID_OR_NULL, BTF_SOCK_COMMON)
                        .with(CASTS)
                        .on(allBut(CGROUP_SOCK, CGROUP_DEVICE, SK_REUSEPORT))
                        .btf("tcp_sock")
                        .does(SocketHelpers::notFound),
                HelperProto.of(138, "skc_to_tcp_timewait_sock", BTF_ID_OR_NULL, BTF_SOCK_COMMON)
                        .with(CASTS)
                        .on(allBut(CGROUP_SOCK, CGROUP_DEVICE, SK_REUSEPORT))
                        .btf("tcp_timewait_sock")
                        .does(SocketHelpers::notFound),
                HelperProto.of(139, "skc_to_tcp_request_sock", BTF_ID_OR_NULL, BTF_SOCK_COMMON)
                        .with(CASTS)
                        .on(allBut(CGROUP_SOCK, CGROUP_DEVICE, SK_REUSEPORT))
                        .btf("tcp_request_sock")
                        .does(SocketHelpers::notFound),
                HelperProto.of(140, "skc_to_udp6_sock", BTF_ID_OR_NULL, BTF_SOCK_COMMON)
                        .with(CASTS)
                        .on(allBut(CGROUP_SOCK, CGROUP_DEVICE, SK_REUSEPORT))
                        .btf("udp6_sock")
                        .does(SocketHelpers::notFound),
                HelperProto.of(178, "skc_to_unix_sock", BTF_ID_OR_NULL, BTF_SOCK_COMMON)
                        .with(CASTS)
                        .on(allBut(CGROUP_SOCK, CGROUP_DEVICE, SK_REUSEPORT))
                        .btf("unix_sock")
                        .does(SocketHelpers::notFound),
                HelperProto.of(196, "skc_to_mptcp_sock", BTF_ID_OR_NULL, SOCK_COMMON)
                        .with(CASTS)
                        .on(allBut(CGROUP_SOCK, CGROUP_DEVICE, SK_REUSEPORT))
                        .btf("mptcp_sock")
                        .does(SocketHelpers::notFound));
    }

    @HotPath
    static long notFound(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return 0;
    }

    /// Not reached: no program gets hold of a socket.
    @HotPath
    static long release(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return 0;
    }
}
