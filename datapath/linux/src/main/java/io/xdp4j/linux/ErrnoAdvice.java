package io.xdp4j.linux;

import static io.xdp4j.linux.Errno.EACCES;
import static io.xdp4j.linux.Errno.EAFNOSUPPORT;
import static io.xdp4j.linux.Errno.EAGAIN;
import static io.xdp4j.linux.Errno.EALREADY;
import static io.xdp4j.linux.Errno.EBADF;
import static io.xdp4j.linux.Errno.EBUSY;
import static io.xdp4j.linux.Errno.EINVAL;
import static io.xdp4j.linux.Errno.EMFILE;
import static io.xdp4j.linux.Errno.ENETDOWN;
import static io.xdp4j.linux.Errno.ENFILE;
import static io.xdp4j.linux.Errno.ENOBUFS;
import static io.xdp4j.linux.Errno.ENODEV;
import static io.xdp4j.linux.Errno.ENOENT;
import static io.xdp4j.linux.Errno.ENOMEM;
import static io.xdp4j.linux.Errno.ENOSPC;
import static io.xdp4j.linux.Errno.ENOSYS;
import static io.xdp4j.linux.Errno.ENXIO;
import static io.xdp4j.linux.Errno.EOPNOTSUPP;
import static io.xdp4j.linux.Errno.EPERM;
import static io.xdp4j.linux.Errno.ERANGE;

import java.util.List;

/// The likely cause and remedy of a failed call, for its message.
///
/// The first row that matches wins: rows for one call and subject come before rows for any call.
final class ErrnoAdvice {
    private static final String NEEDS_NET_RAW =
            "needs CAP_NET_RAW; run as root, or give java the capability, or use a pcap or"
                    + " generator device";
    private static final String NEEDS_NET_ADMIN =
            "needs CAP_NET_ADMIN; run as root, or give java the capability";
    private static final String NO_INTERFACE =
            "the interface is gone, misspelt or in another network namespace; list them with `ip"
                    + " link`";
    private static final String DESCRIPTOR_LIMIT =
            "the process has too many open descriptors; raise `ulimit -n`";

    private static final List<Row> ROWS =
            List.of(
                    new Row("socket", "AF_PACKET", EPERM, NEEDS_NET_RAW),
                    new Row("socket", "AF_XDP", EPERM, NEEDS_NET_RAW),
                    new Row(
                            "socket",
                            "AF_PACKET",
                            EAFNOSUPPORT,
                            "the kernel has no packet sockets; run `modprobe af_packet`"),
                    new Row(
                            "socket",
                            "AF_XDP",
                            EAFNOSUPPORT,
                            "the kernel is built without CONFIG_XDP_SOCKETS; use AF_PACKET"),
                    new Row("bind", "AF_PACKET", ENODEV, NO_INTERFACE),
                    new Row("bind", "AF_XDP", ENODEV, NO_INTERFACE),
                    new Row(
                            "bind",
                            "AF_PACKET",
                            ENETDOWN,
                            "the interface is down; run `ip link set dev NAME up`"),
                    new Row(
                            "bind",
                            "AF_XDP",
                            EBUSY,
                            "queue already has a socket; detach it or set XDP_SHARED_UMEM"),
                    new Row(
                            "bind",
                            "AF_XDP",
                            EOPNOTSUPP,
                            "the driver lacks the asked mode; bind with XDP_COPY"),
                    new Row(
                            "bind",
                            "AF_XDP",
                            EINVAL,
                            "no such queue, or flags that do not go together; see `ethtool -l`"),
                    new Row(
                            "bpf",
                            "BPF_LINK_CREATE",
                            EBUSY,
                            "another XDP program is attached; see `bpftool net`, and take it off with"
                                    + " `ip link set dev NAME xdp off`, or end the process that"
                                    + " holds its link"),
                    new Row(
                            "bpf",
                            "BPF_LINK_CREATE",
                            EOPNOTSUPP,
                            "the driver has no native XDP; use generic mode"),
                    new Row(
                            "bpf",
                            "BPF_LINK_CREATE",
                            ERANGE,
                            "the MTU of the interface or of its peer is too large for XDP; lower it"
                                    + " to 3506"),
                    new Row(
                            "bpf",
                            "BPF_LINK_CREATE",
                            ENOSPC,
                            "fewer receive queues than the peer has transmit queues; make them equal"
                                    + " with `ethtool -L`"),
                    new Row(
                            "bpf",
                            "",
                            EPERM,
                            "needs CAP_BPF and CAP_NET_ADMIN; run as root, or give java the"
                                    + " capabilities"),
                    new Row(
                            "setsockopt",
                            "XDP_UMEM_REG",
                            ENOBUFS,
                            "the memory may not be locked; raise `ulimit -l`, or give java"
                                    + " CAP_IPC_LOCK"),
                    new Row(
                            "setsockopt",
                            "PACKET_FANOUT",
                            EINVAL,
                            "the socket is not bound to an interface that is up, or the group id is"
                                    + " in use with another mode, flags or protocol; bind first and"
                                    + " use one mode for all sockets of a group"),
                    new Row(
                            "setsockopt",
                            "PACKET_FANOUT",
                            EALREADY,
                            "the socket is in a fanout group; join once"),
                    new Row(
                            "setsockopt",
                            "PACKET_FANOUT",
                            ENOSPC,
                            "the fanout group is full at 256 sockets; use another group id"),
                    new Row(
                            "setsockopt",
                            "_RING",
                            EINVAL,
                            "the ring geometry is refused; make the block size a multiple of the page"
                                    + " size, the frame size a multiple of 16 and frame_nr ="
                                    + " block_nr * (block_size / frame_size)"),
                    new Row(
                            "setsockopt",
                            "_RING",
                            ENOMEM,
                            "no contiguous memory for a block; use smaller blocks"),
                    new Row(
                            "setsockopt",
                            "PACKET_",
                            EBUSY,
                            "the option must come before the ring is set up or mapped; set it right"
                                    + " after socket()"),
                    new Row(
                            "setsockopt",
                            "PACKET_VNET_HDR",
                            EINVAL,
                            "needs a SOCK_RAW socket; do not use SOCK_DGRAM"),
                    new Row("setsockopt", "BUFFORCE", EPERM, NEEDS_NET_ADMIN),
                    new Row(
                            "open",
                            "/dev/net/tun",
                            ENOENT,
                            "the tun driver is missing; run `modprobe tun`, or start the container"
                                    + " with --device /dev/net/tun"),
                    new Row("open", "/dev/net/tun", EACCES, NEEDS_NET_ADMIN),
                    new Row(
                            "open",
                            "/netns/",
                            ENOENT,
                            "no such network namespace; list them with `ip netns`"),
                    new Row("ioctl", "TUNSETIFF", EPERM, NEEDS_NET_ADMIN),
                    new Row(
                            "ioctl",
                            "TUNSETIFF",
                            EBUSY,
                            "another descriptor has the device open as a single queue; close it, or"
                                    + " open both with multi_queue"),
                    new Row(
                            "ioctl",
                            "TUNSETIFF",
                            EINVAL,
                            "the name belongs to a device of another kind, or to one with other"
                                    + " multi_queue or vnet_hdr flags; choose another name"),
                    new Row("ioctl", "SIOC", ENODEV, NO_INTERFACE),
                    new Row("ioctl", "SIOC", ENXIO, NO_INTERFACE),
                    new Row("ioctl", "SIOC", EPERM, NEEDS_NET_ADMIN),
                    new Row(
                            "ioctl",
                            "SIOCSIFMTU",
                            EINVAL,
                            "the device does not take this MTU; see minmtu and maxmtu in `ip -d"
                                    + " link`"),
                    new Row(
                            "ioctl",
                            "ETHTOOL_SCHANNELS",
                            EINVAL,
                            "the device does not have that many channels; see `ethtool -l`"),
                    new Row(
                            "ioctl",
                            "SIOCETHTOOL",
                            EOPNOTSUPP,
                            "the driver does not support it, or the feature is fixed; see `ethtool"
                                    + " -k`"),
                    new Row(
                            "mmap",
                            "",
                            EAGAIN,
                            "locked memory exceeds the limit; raise `ulimit -l`"),
                    new Row(
                            "mmap",
                            "MAP_HUGETLB",
                            ENOMEM,
                            "no free huge pages; set vm.nr_hugepages"),
                    new Row(
                            "mmap",
                            "",
                            ENOMEM,
                            "out of memory or mappings; lower the size or raise vm.max_map_count"),
                    new Row(
                            "sched_setaffinity",
                            "",
                            EINVAL,
                            "none of these CPUs exists or is in the process's cpuset; see"
                                    + " `Cpus_allowed_list` in /proc/self/status"),
                    new Row("setns", "", EPERM, "needs CAP_SYS_ADMIN; run as root"),
                    new Row("", "", EMFILE, DESCRIPTOR_LIMIT),
                    new Row(
                            "",
                            "",
                            ENFILE,
                            "the system has too many open files; raise fs.file-max"),
                    new Row(
                            "",
                            "",
                            EPERM,
                            "the process lacks a capability, or a seccomp filter forbids the call;"
                                    + " run as root or outside the sandbox"),
                    new Row("", "", EACCES, "check the permissions, or run as root"),
                    new Row(
                            "",
                            "",
                            ENOSYS,
                            "the kernel is too old or a seccomp filter hides the call; use Linux 5.10"
                                    + " or later, outside the sandbox"),
                    new Row(
                            "",
                            "",
                            ENOBUFS,
                            "the kernel is out of buffer space; enlarge the socket buffer or send"
                                    + " less at a time"),
                    new Row("", "", ENOMEM, "the kernel is out of memory; ask for less"),
                    new Row(
                            "",
                            "",
                            EBADF,
                            "the descriptor was closed; this is a bug of the caller"));

    private ErrnoAdvice() {}

    private record Row(String call, String subjectPart, int errno, String advice) {
        boolean matches(String call, String subject, int errno) {
            return this.errno == errno
                    && (this.call.isEmpty() || this.call.equals(call))
                    && subject.contains(subjectPart);
        }
    }

    /// Cause and remedy in the form `cause; remedy`; empty when nothing useful is known.
    static String of(String call, String subject, int errno) {
        for (Row row : ROWS) {
            if (row.matches(call, subject, errno)) {
                return row.advice();
            }
        }
        return "";
    }
}
