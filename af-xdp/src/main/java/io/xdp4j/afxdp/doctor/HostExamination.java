package io.xdp4j.afxdp.doctor;

import io.xdp4j.afxdp.doctor.Check.Level;
import io.xdp4j.linux.Capabilities;
import io.xdp4j.linux.Capability;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.afxdp.XdpSocket;
import io.xdp4j.linux.bpf.KernelBpf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Looks at the machine and at the rights of this process.
final class HostExamination {
    private static final String UNLIMITED = "unlimited";
    private static final int BPF_MAP_TYPE_XSKMAP = 17;
    private static final String LIMIT = "Max locked memory";

    private final List<Check> checks = new ArrayList<>();
    private final Capabilities capabilities = Capabilities.effective();
    private boolean sockets;
    private boolean programs;

    private HostExamination() {}

    /// @param poolBytes memory that a datapath shares with the kernel
    static HostExamination of(long poolBytes) {
        HostExamination host = new HostExamination();
        host.checks.add(Check.ok("kernel", System.getProperty("os.version", "unknown")));
        host.checkCapabilities();
        host.checkSocket();
        host.checkBpf();
        host.checkMemory(poolBytes);
        return host;
    }

    List<Check> checks() {
        return checks;
    }

    boolean hasSockets() {
        return sockets;
    }

    boolean hasPrograms() {
        return programs;
    }

    boolean hasPacketSockets() {
        return capabilities.has(Capability.CAP_NET_RAW);
    }

    private void checkCapabilities() {
        List<Capability> missing =
                capabilities.missing(
                        Capability.CAP_NET_RAW,
                        Capability.CAP_NET_ADMIN,
                        Capability.CAP_BPF,
                        Capability.CAP_IPC_LOCK);
        // What CAP_SYS_ADMIN stands in for is not missing.
        List<Capability> lacking =
                capabilities.has(Capability.CAP_SYS_ADMIN)
                        ? missing.stream().filter(c -> c != Capability.CAP_BPF).toList()
                        : missing;
        if (lacking.isEmpty()) {
            checks.add(Check.ok("capabilities", "all that are needed"));
            return;
        }
        String names = lacking.stream().map(Enum::name).collect(Collectors.joining(", "));
        checks.add(
                new Check(
                        "capabilities",
                        lacking.equals(List.of(Capability.CAP_IPC_LOCK)) ? Level.WARN : Level.FAIL,
                        "missing " + names,
                        "run as root, or give them to java: setcap "
                                + names.toLowerCase(Locale.ROOT).replace(", ", ",")
                                + "+ep JAVA"));
    }

    private void checkSocket() {
        try {
            Fd.close(XdpSocket.open());
            sockets = true;
            checks.add(Check.ok("AF_XDP", "sockets can be opened"));
        } catch (NativeException e) {
            checks.add(new Check("AF_XDP", Level.FAIL, e.getMessage(), "use AF_PACKET"));
        }
    }

    private void checkBpf() {
        int map =
                KernelBpf.createMap(
                        KernelBpf.MapAttributes.of("xdp4j", BPF_MAP_TYPE_XSKMAP, 4, 4, 1, 0));
        if (map >= 0) {
            Fd.close(map);
            programs = true;
            checks.add(Check.ok("bpf(2)", "programs and maps can be made"));
            return;
        }
        String failure = NativeException.of("bpf", "BPF_MAP_CREATE, XSKMAP", map).getMessage();
        checks.add(new Check("bpf(2)", Level.FAIL, failure, ""));
    }

    private void checkMemory(long poolBytes) {
        if (capabilities.has(Capability.CAP_IPC_LOCK)) {
            checks.add(Check.ok("locked memory", "not limited (CAP_IPC_LOCK)"));
            return;
        }
        String limit = memoryLimit();
        boolean enough = limit.equals(UNLIMITED) || Long.parseLong(limit) >= poolBytes;
        checks.add(
                new Check(
                        "locked memory",
                        enough ? Level.OK : Level.FAIL,
                        "limit " + limit + " bytes, a port needs " + poolBytes,
                        enough ? "" : "raise `ulimit -l`, or give java CAP_IPC_LOCK"));
        sockets &= enough;
    }

    private static String memoryLimit() {
        try {
            return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                    .filter(line -> line.startsWith(LIMIT))
                    .map(line -> line.substring(LIMIT.length()).strip().split("\\s+", -1)[0])
                    .findFirst()
                    .orElse(UNLIMITED);
        } catch (IOException e) {
            return UNLIMITED;
        }
    }
}
