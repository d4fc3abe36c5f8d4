package io.xdp4j.ebpf.helper;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.program.ProgramType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HelperTableTest {
    private static List<String> recorded() throws IOException {
        try (InputStream in =
                        requireNonNull(
                                HelperTableTest.class.getResourceAsStream(
                                        "/helpers/helpers-6.18.txt"));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    @Test
    void allowsWhatTheKernelAllows() throws IOException {
        for (String line : recorded()) {
            String[] fields = line.split(" ", -1);
            HelperProto proto = requireNonNull(HelperTable.byId(Integer.parseInt(fields[0])));

            Set<ProgramType> types =
                    Arrays.stream(fields[2].split(",", -1))
                            .map(ProgramType::valueOf)
                            .collect(Collectors.toSet());
            assertThat(proto.types()).as(proto.name()).isEqualTo(types);
            assertThat(proto.has(HelperProto.Trait.GPL_ONLY))
                    .as(proto.name())
                    .isEqualTo(fields[1].equals("gpl"));
        }
        assertThat(HelperTable.all()).hasSize(recorded().size());
    }

    @Test
    void eachSizeFollowsItsMemory() {
        for (HelperProto proto : HelperTable.all()) {
            List<ArgType> args = proto.args();
            for (int i = 0; i < args.size(); i++) {
                boolean sized = i + 1 < args.size() && args.get(i + 1).isSize();
                assertThat(args.get(i).isSized()).as(proto.name() + " arg " + i).isEqualTo(sized);
                if (args.get(i) == ArgType.FIXED_MEM) {
                    assertThat(proto.fixedSize(i)).as(proto.name()).isPositive();
                }
            }
        }
    }

    @Test
    void findsByName() {
        HelperProto proto = requireNonNull(HelperTable.byName("map_lookup_elem"));
        assertThat(proto.id()).isEqualTo(1);
        assertThat(HelperTable.byId(4)).isNull();
        assertThat(HelperTable.byId(-1)).isNull();
        assertThat(HelperTable.byId(100_000)).isNull();
    }

    @Test
    void knowsAttachPointsOfSocketAddressHooks() {
        HelperProto bind = requireNonNull(HelperTable.byName("bind"));
        assertThat(bind.isAllowed(ProgramType.CGROUP_SOCK_ADDR, 10)).isTrue();
        assertThat(bind.isAllowed(ProgramType.CGROUP_SOCK_ADDR, 8)).isFalse();
        HelperProto retval = requireNonNull(HelperTable.byName("set_retval"));
        assertThat(retval.isAllowed(ProgramType.CGROUP_SOCK_ADDR, 8)).isTrue();
        assertThat(retval.isAllowed(ProgramType.CGROUP_SOCK_ADDR, 19)).isFalse();
        assertThat(retval.isAllowed(ProgramType.CGROUP_SOCK, 2)).isTrue();
    }
}
