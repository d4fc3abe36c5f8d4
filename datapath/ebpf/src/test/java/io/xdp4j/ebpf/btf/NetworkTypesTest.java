package io.xdp4j.ebpf.btf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NetworkTypesTest {
    private static final Path KERNEL = Path.of("/sys/kernel/btf/vmlinux");

    @ParameterizedTest
    @CsvSource({
        "xdp_md, 24",
        "ethhdr, 14",
        "vlan_ethhdr, 18",
        "iphdr, 20",
        "ipv6hdr, 40",
        "tcphdr, 20",
        "udphdr, 8",
        "icmphdr, 8",
        "bpf_fib_lookup, 64",
        "bpf_sock_tuple, 36",
        "__sk_buff, 192",
    })
    void laysStructsOutAsTheWireAndTheKernelDo(String name, int size) {
        BtfSpec types = NetworkTypes.BTF;

        assertThat(types.sizeOf(types.idOf(BtfType.Struct.class, name))).isEqualTo(size);
    }

    /// Every member that both have stands at the same bit; Linux 6.18 has all of ours.
    @Test
    void agreesWithTheRunningKernel() throws IOException {
        assumeTrue(Files.isReadable(KERNEL), "needs the kernel's BTF, " + KERNEL);
        BtfSpec kernel = BtfSpec.parse(Files.readAllBytes(KERNEL));
        List<String> differences = new ArrayList<>();
        int compared = 0;
        for (int id = 1; id < NetworkTypes.BTF.count(); id++) {
            if (NetworkTypes.BTF.type(id) instanceof BtfType.Struct ours) {
                int theirs = kernel.idOf(BtfType.Struct.class, ours.name());
                if (theirs != 0) {
                    compared++;
                    compare(
                            ours.name(),
                            members(NetworkTypes.BTF, id),
                            members(kernel, theirs),
                            differences);
                }
            }
        }

        assertThat(differences).isEmpty();
        assertThat(compared).as("structs known to both").isGreaterThan(30);
    }

    private static void compare(
            String name,
            Map<String, Integer> ours,
            Map<String, Integer> theirs,
            List<String> differences) {
        ours.forEach((member, bit) -> {
            Integer there = theirs.get(member);
            if (there != null && !there.equals(bit)) {
                differences.add(name + "." + member + ": " + bit + " not " + there);
            }
        });
    }

    /// Bit offsets by name, those of anonymous structs and unions as the outer one's.
    private static Map<String, Integer> members(BtfSpec btf, int id) {
        Map<String, Integer> members = new TreeMap<>();
        collect(btf, id, 0, members);
        return members;
    }

    private static void collect(BtfSpec btf, int id, int base, Map<String, Integer> to) {
        if (btf.resolved(id) instanceof BtfType.Struct struct) {
            for (BtfType.Member member : struct.members()) {
                if (member.name().isEmpty()) {
                    collect(btf, member.typeId(), base + member.bitOffset(), to);
                } else {
                    to.put(member.name(), base + member.bitOffset());
                }
            }
        }
    }

    @Test
    void readsTheKernelsTypes() throws IOException {
        assumeTrue(Files.isReadable(KERNEL), "needs the kernel's BTF, " + KERNEL);
        BtfSpec kernel = BtfSpec.parse(Files.readAllBytes(KERNEL));

        BtfType.Struct context = requireNonNull(kernel.find(BtfType.Struct.class, "xdp_md"));
        assertThat(context.members())
                .extracting(BtfType.Member::name)
                .startsWith("data", "data_end", "data_meta");
        assertThat(kernel.sizeOf(kernel.idOf(BtfType.Struct.class, "xdp_buff"))).isEqualTo(56);
    }
}
