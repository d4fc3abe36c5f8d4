package io.xdp4j.afxdp.doctor;

import io.xdp4j.linux.bpf.KernelProgramInfo;
import io.xdp4j.linux.bpf.KernelXdpLink;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.XdpAttachment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Whose program an interface has, and how to get it off.
///
/// @param description such as `xdp_pass (id 42), native, held by xdp-bench (pid 1234)`
/// @param wayOut the command
record AttachedOwner(String description, String wayOut) {
    private static final Path PROC = Path.of("/proc");
    private static final String DISPATCHER = "xdp_dispatcher";

    static AttachedOwner of(LinkInfo link) {
        int program = link.xdp().programId();
        Optional<KernelXdpLink> holder =
                KernelXdpLink.list().stream()
                        .filter(l -> l.ifindex() == link.ifindex() && l.programId() == program)
                        .findFirst();
        String text = name(program) + " (id " + program + "), " + link.xdp().mode().text();
        if (holder.isEmpty()) {
            return byNetlink(link, text);
        }
        int id = holder.get().id();
        String detach = "bpftool link detach id " + id;
        List<String> processes = processesWith("link_id", id);
        if (processes.isEmpty()) {
            return new AttachedOwner(text + ", by link " + id + " that is pinned", detach);
        }
        String who = String.join(", ", processes);
        return new AttachedOwner(
                text + ", by link " + id + " of " + who, "end " + who + ", or " + detach);
    }

    private static AttachedOwner byNetlink(LinkInfo link, String text) {
        int program = link.xdp().programId();
        String off = "ip link set dev " + link.name() + " " + keyword(link.xdp()) + " off";
        List<String> processes = processesWith("prog_id", program);
        String held = processes.isEmpty() ? "" : ", held by " + String.join(", ", processes);
        // The dispatcher of libxdp calls others' programs; its own tool tells them apart.
        String wayOut =
                name(program).equals(DISPATCHER)
                        ? "xdp-loader unload " + link.name() + " --all, or " + off
                        : off;
        return new AttachedOwner(text + ", attached through netlink" + held, wayOut);
    }

    private static String name(int program) {
        return KernelProgramInfo.of(program)
                .map(KernelProgramInfo::name)
                .filter(name -> !name.isEmpty())
                .orElse("a program without a name");
    }

    private static String keyword(XdpAttachment xdp) {
        return switch (xdp.mode()) {
            case SKB -> "xdpgeneric";
            case HARDWARE -> "xdpoffload";
            default -> "xdp";
        };
    }

    /// `name (pid N)` of each process with a descriptor of that kind and id.
    private static List<String> processesWith(String key, int id) {
        String line = key + ":\t" + id;
        return entries(PROC).stream()
                .filter(process -> PROC.relativize(process).toString().matches("\\d+"))
                .filter(process ->
                        entries(process.resolve("fdinfo")).stream()
                                .anyMatch(descriptor -> lines(descriptor).contains(line)))
                .map(process ->
                        String.join("", lines(process.resolve("comm")))
                                + " (pid "
                                + process.getFileName()
                                + ")")
                .toList();
    }

    /// Nothing where a process has ended meanwhile, or is another user's.
    private static List<Path> entries(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of(); // as above
        }
    }
}
