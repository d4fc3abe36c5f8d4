package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeExceptionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    socket | AF_PACKET | 1 | socket(AF_PACKET): EPERM: operation not permitted; needs CAP_NET_RAW; run as root, or give java the capability, or use a pcap or generator device
                    bind | AF_PACKET, ifindex=7 | 19 | bind(AF_PACKET, ifindex=7): ENODEV: no such device; the interface is gone, misspelt or in another network namespace; list them with `ip link`
                    bind | AF_PACKET, ifindex=7 | 100 | bind(AF_PACKET, ifindex=7): ENETDOWN: network is down; the interface is down; run `ip link set dev NAME up`
                    bind | AF_XDP, ifindex=7, queue=3 | 16 | bind(AF_XDP, ifindex=7, queue=3): EBUSY: device or resource busy; queue already has a socket; detach it or set XDP_SHARED_UMEM
                    setsockopt | fd=5, PACKET_FANOUT | 114 | setsockopt(fd=5, PACKET_FANOUT): EALREADY: operation already in progress; the socket is in a fanout group; join once
                    setsockopt | fd=5, PACKET_RX_RING | 12 | setsockopt(fd=5, PACKET_RX_RING): ENOMEM: cannot allocate memory; no contiguous memory for a block; use smaller blocks
                    ioctl | TUNSETIFF, tap0 | 1 | ioctl(TUNSETIFF, tap0): EPERM: operation not permitted; needs CAP_NET_ADMIN; run as root, or give java the capability
                    open | /dev/net/tun | 2 | open(/dev/net/tun): ENOENT: no such file or directory; the tun driver is missing; run `modprobe tun`, or start the container with --device /dev/net/tun
                    socket | AF_INET | 24 | socket(AF_INET): EMFILE: too many open files; the process has too many open descriptors; raise `ulimit -n`
                    bpf | BPF_PROG_LOAD | 38 | bpf(BPF_PROG_LOAD): ENOSYS: function not implemented; the kernel is too old or a seccomp filter hides the call; use Linux 5.10 or later, outside the sandbox
                    read | fd=3 | 5 | read(fd=3): EIO: input/output error
                    ioctl | SIOCETHTOOL, ETHTOOL_SGRO, x | 524 | ioctl(SIOCETHTOOL, ETHTOOL_SGRO, x): ENOTSUPP: operation is not supported
                    read | fd=3 | 4000 | read(fd=3): errno 4000: unknown error
                    """)
    void messageNamesCallSubjectErrnoCauseAndRemedy(
            String call, String subject, int errno, String message) {
        NativeException exception = NativeException.of(call, subject, errno);

        assertThat(exception).hasMessage(message);
        assertThat(exception.errno()).isEqualTo(errno);
        assertThat(NativeException.of(call, subject, -errno)).hasMessage(message);
    }

    @Test
    void callerKnowsBetter() {
        assertThat(NativeException.of("bind", "AF_XDP", Errno.EINVAL, "umem is too small; add"))
                .hasMessage("bind(AF_XDP): EINVAL: invalid argument; umem is too small; add");
    }
}
