package io.xdp4j.conformance.prog;

import io.xdp4j.conformance.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The XDP programs of the kernel's samples and selftests, taken from Debian's package linux-source
/// and compiled with clang, where both are installed. Nothing of them stays in the repository.
///
/// `-Dxdp4j.linuxSource=all` (profile `linux-source`) takes all of them, the default a few samples,
/// `none` nothing.
final class LinuxSource {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxSource.class);
    private static final Path PACKAGES = Path.of("/usr/src");
    private static final List<String> FEW =
            List.of("xdp1_kern", "xdp2_kern", "xdp_rxq_info_kern", "xdp_tx_iptunnel_kern");

    /// What the kernel's own headers would bring along, so that the system's are enough.
    private static final String SHIM =
            """
            #include <linux/types.h>
            #include <linux/tcp.h>
            #include <linux/udp.h>
            typedef __u8 u8; typedef __u16 u16; typedef __u32 u32; typedef __u64 u64;
            #define __force
            #define __packed __attribute__((packed))
            #define AF_INET 2
            #define AF_INET6 10
            #define unlikely(x) __builtin_expect(!!(x), 0)
            #define htons(x) __builtin_bswap16(x)
            #define ntohs(x) __builtin_bswap16(x)
            #define htonl(x) __builtin_bswap32(x)
            #define ntohl(x) __builtin_bswap32(x)
            #define cpu_to_be32(x) __builtin_bswap32(x)
            #define min(a, b) ((a) < (b) ? (a) : (b))
            #define max(a, b) ((a) > (b) ? (a) : (b))
            struct vlan_hdr { __be16 h_vlan_TCI; __be16 h_vlan_encapsulated_proto; };
            """;

    private final Path directory = Repository.root().resolve("datapath/conformance/target/linux");
    private final boolean all;

    private LinuxSource(boolean all) {
        this.all = all;
    }

    /// The objects, compiled when this is called for the first time after a clean.
    static List<Path> objects() {
        String wanted = System.getProperty("xdp4j.linuxSource", "few");
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(PACKAGES, "linux-source-*.tar.xz")) {
            for (Path tarball : found) {
                return wanted.equals("none")
                        ? List.of()
                        : new LinuxSource(wanted.equals("all")).compiled(tarball);
            }
        } catch (IOException e) {
            LOG.info("no kernel sources: {}", e.toString());
        }
        return List.of();
    }

    private List<Path> compiled(Path tarball) throws IOException {
        if (!runs("clang", "--version")) {
            return List.of();
        }
        Files.createDirectories(directory.resolve("include/uapi"));
        Path uapi = directory.resolve("include/uapi/linux");
        if (!Files.exists(uapi)) {
            Files.createSymbolicLink(uapi, Path.of("/usr/include/linux"));
        }
        Files.writeString(directory.resolve("include/shim.h"), SHIM);
        if (!Files.isDirectory(directory.resolve("tools"))) {
            runs(
                    "tar",
                    "-xJf",
                    tarball.toString(),
                    "-C",
                    directory.toString(),
                    "--strip-components=1",
                    "--wildcards",
                    "*/samples/bpf/xdp*",
                    "*/tools/testing/selftests/bpf/*.h",
                    "*/tools/testing/selftests/bpf/progs");
        }
        List<Path> objects = new ArrayList<>();
        for (Path source : sources()) {
            for (String cpu : all ? List.of("v1", "v2", "v3") : List.of("v3")) {
                compile(source, cpu, objects);
            }
        }
        LOG.info("{} objects of the kernel's sources", objects.size());
        return objects;
    }

    private List<Path> sources() {
        List<Path> sources = new ArrayList<>(programs("samples/bpf", "kern.c"));
        if (all) {
            sources.addAll(programs("tools/testing/selftests/bpf/progs", ".c"));
        } else {
            sources.removeIf(
                    file -> !FEW.contains(file.getFileName().toString().replace(".c", "")));
        }
        return sources;
    }

    private List<Path> programs(String folder, String end) {
        try (Stream<Path> files = Files.list(directory.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(end))
                    .filter(file -> file.toString().contains("xdp") || mentionsXdp(file))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean mentionsXdp(Path file) {
        try {
            return Files.readString(file).contains("SEC(\"xdp");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What needs more headers than there are does not compile and is left out.
    private void compile(Path source, String cpu, List<Path> objects) throws IOException {
        String name = source.getFileName().toString().replace(".c", "");
        Path object = directory.resolve(name + "-" + cpu + ".o");
        Path selftests = directory.resolve("tools/testing/selftests/bpf");
        List<String> command = new ArrayList<>(List.of("clang", "-g", "-O2", "-target", "bpf"));
        command.addAll(List.of("-mcpu=" + cpu, "-D__TARGET_ARCH_x86", "-Wno-everything"));
        if (source.startsWith(directory.resolve("samples"))) {
            command.addAll(List.of("-include", directory.resolve("include/shim.h").toString()));
        }
        for (Path include :
                List.of(
                        directory.resolve("include"),
                        selftests,
                        directory.resolve("samples/bpf"),
                        Path.of("/usr/include/x86_64-linux-gnu"))) {
            command.add("-I" + include);
        }
        command.addAll(List.of("-c", source.toString(), "-o", object.toString()));
        if (Files.exists(object) || runs(command.toArray(String[]::new))) {
            objects.add(object);
        }
    }

    private static boolean runs(String... command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            boolean ended = process.waitFor(5, TimeUnit.MINUTES);
            if (!ended) {
                process.destroyForcibly();
            }
            return ended && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
