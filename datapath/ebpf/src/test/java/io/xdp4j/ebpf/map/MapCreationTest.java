package io.xdp4j.ebpf.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.UnsupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What the kernel answers to two thousand shapes of maps, and what we do.
class MapCreationTest {
    private static final MapSpec INNER = MapSpec.of("inner", MapType.ARRAY, 4, 4, 1, 0);

    @Test
    void createsAndRefusesWhatTheKernelDoes() throws IOException {
        List<String> wrong = new ArrayList<>();
        int cases = 0;
        for (String line : lines("create.txt")) {
            if (line.startsWith("#")) {
                continue;
            }
            cases++;
            String[] sides = line.split(" = ", -1);
            String got = create(sides[0].split(" ", -1));
            if (!got.equals(sides[1]) && !got.equals("unsupported")) {
                wrong.add(line + " but here " + got);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(cases).isGreaterThan(2000);
    }

    private static String create(String[] words) {
        MapType type = Objects.requireNonNull(MapType.of(words[0].toUpperCase(Locale.ROOT)));
        MapSpec spec =
                new MapSpec(
                        "m",
                        type,
                        Integer.parseInt(words[1]),
                        Integer.parseInt(words[2]),
                        Integer.parseInt(words[3]),
                        Integer.parseInt(words[4]),
                        Long.parseLong(words[5]),
                        words[6].equals("1") ? INNER : null,
                        List.of(),
                        null,
                        0,
                        0);
        try {
            MapFactory.create(spec, 1, 2).close();
            return "0";
        } catch (MapException e) {
            return Errno.nameOf(e.errno());
        } catch (UnsupportedException e) {
            return "unsupported";
        }
    }

    @Test
    void namesTheMapAndWhatItCannotBe() {
        MapSpec spec = MapSpec.of("flows", MapType.LPM_TRIE, 8, 8, 16, 0);
        assertThatThrownBy(() -> MapFactory.create(spec, 1, 2))
                .isInstanceOf(MapException.class)
                .hasMessageContaining("EINVAL")
                .hasMessageContaining("flows")
                .hasMessageContaining("lpm_trie");
    }

    @Test
    void refusesStorageOfKernelObjectsByName() {
        MapSpec spec = MapSpec.of("per_sock", MapType.SK_STORAGE, 4, 8, 0, 1);
        assertThatThrownBy(() -> MapFactory.create(spec, 1, 2))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("per_sock")
                .hasMessageContaining("sk_storage");
    }

    static List<String> lines(String resource) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(MapCreationTest.class.getResourceAsStream(resource))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
