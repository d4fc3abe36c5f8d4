package io.xdp4j.afxdp.doctor;

import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.RtNetlink;
import java.util.ArrayList;
import java.util.List;

/// Examines a machine and its interfaces without touching them.
///
/// Thread: any; interfaces are those of the thread's network namespace.
/// Fails: [NativeException], ENODEV for an unknown interface.
public final class Doctor {
    private Doctor() {}

    /// The machine alone.
    ///
    /// @param poolBytes memory that a datapath shares with the kernel
    public static Diagnosis examine(long poolBytes) {
        return new Diagnosis(HostExamination.of(poolBytes).checks(), List.of());
    }

    /// The machine and one of its interfaces.
    public static Diagnosis examine(long poolBytes, String interfaceName) {
        HostExamination host = HostExamination.of(poolBytes);
        LinkInfo link = link(interfaceName);
        InterfaceExamination examination = InterfaceExamination.of(host, link);
        List<Check> checks = new ArrayList<>(host.checks());
        checks.addAll(examination.checks());
        return new Diagnosis(checks, examination.ways());
    }

    private static LinkInfo link(String name) {
        try (RtNetlink netlink = RtNetlink.open()) {
            return netlink.link(name)
                    .orElseThrow(() ->
                            NativeException.of("ioctl", "SIOCGIFINDEX, " + name, Errno.ENODEV));
        }
    }
}
