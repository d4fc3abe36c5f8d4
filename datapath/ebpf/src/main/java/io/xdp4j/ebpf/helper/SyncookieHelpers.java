package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.BTF_SOCK_COMMON;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.FIXED_MEM;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.PACKET_ACCESS;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;
import java.util.Set;

/// SYN cookies.///
/// Kernel: `bpf_tcp_raw_gen_syncookie_ipv4` and its like, net/core/filter.c.
final class SyncookieHelpers {
    private SyncookieHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                100,
                                "tcp_check_syncookie",
                                INTEGER,
                                BTF_SOCK_COMMON,
                                MEM,
                                CONST_SIZE,
                                MEM,
                                CONST_SIZE)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(SyncookieHelpers::noSocket),
                HelperProto.of(
                                110,
                                "tcp_gen_syncookie",
                                INTEGER,
                                BTF_SOCK_COMMON,
                                MEM,
                                CONST_SIZE,
                                MEM,
                                CONST_SIZE)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(SyncookieHelpers::noSocket),
                HelperProto.of(
                                204,
                                "tcp_raw_gen_syncookie_ipv4",
                                INTEGER,
                                FIXED_MEM,
                                MEM,
                                CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .sized(20, 0, 0)
                        .does(SyncookieHelpers::make4),
                HelperProto.of(
                                205,
                                "tcp_raw_gen_syncookie_ipv6",
                                INTEGER,
                                FIXED_MEM,
                                MEM,
                                CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .sized(40, 0, 0)
                        .does(SyncookieHelpers::make6),
                HelperProto.of(206, "tcp_raw_check_syncookie_ipv4", INTEGER, FIXED_MEM, FIXED_MEM)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .sized(20, 20)
                        .does(SyncookieHelpers::check4),
                HelperProto.of(207, "tcp_raw_check_syncookie_ipv6", INTEGER, FIXED_MEM, FIXED_MEM)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .sized(40, 20)
                        .does(SyncookieHelpers::check6));
    }

    private static final int IPV4_DEFAULT_SIZE = 536;
    private static final int IPV6_DEFAULT_SIZE = 1_220;
    private static final int TCP_HEADER_BYTES = 20;

    private static final int OPTION_END = 0;
    private static final int OPTION_NOP = 1;
    private static final int OPTION_SEGMENT_SIZE = 2;

    /// Not reached: no program gets hold of a socket.
    @HotPath
    static long noSocket(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return -Errno.EINVAL;
    }

    @HotPath
    static long make4(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return make(machine, false, r1, r2, (int) r3);
    }

    @HotPath
    static long make6(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return make(machine, true, r1, r2, (int) r3);
    }

    @HotPath
    static long check4(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().synCookies().check(false, r1, r2) > 0 ? 0 : -Errno.EACCES;
    }

    @HotPath
    static long check6(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().synCookies().check(true, r1, r2) > 0 ? 0 : -Errno.EACCES;
    }

    private static long make(BpfMachine machine, boolean v6, long ip, long tcp, int length) {
        if (length < TCP_HEADER_BYTES || length != (RawMemory.u8(tcp + 12) >>> 4) * 4) {
            return -Errno.EINVAL;
        }
        int size = segmentSize(tcp, length);
        if (size == 0) {
            size = v6 ? IPV6_DEFAULT_SIZE : IPV4_DEFAULT_SIZE;
        }
        return machine.runtime().synCookies().make(v6, ip, tcp, size);
    }

    /// What the header's last such option offers, 0 without one.
    private static int segmentSize(long tcp, int length) {
        int size = 0;
        int at = TCP_HEADER_BYTES;
        while (at < length) {
            int option = RawMemory.u8(tcp + at);
            if (option == OPTION_NOP) {
                at++;
                continue;
            }
            int bytes = at + 1 < length ? RawMemory.u8(tcp + at + 1) : 0;
            if (option == OPTION_END || bytes < 2 || at + bytes > length) {
                break;
            }
            int offered = RawMemory.u16be(tcp + at + 2);
            if (option == OPTION_SEGMENT_SIZE && bytes == 4 && offered != 0) {
                size = offered;
            }
            at += bytes;
        }
        return size;
    }
}
