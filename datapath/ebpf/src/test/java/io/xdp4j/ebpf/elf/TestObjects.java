package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.MapDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/// The objects of `src/test/resources/objects`, built from the sources beside them.
public final class TestObjects {
    /// All of them.
    public static final List<String> NAMES =
            List.of(
                    "btf_maps",
                    "core",
                    "core_target",
                    "externs",
                    "globals",
                    "iproute2_maps",
                    "legacy_maps",
                    "long_maps",
                    "run_config",
                    "static_maps",
                    "subprograms");

    private TestObjects() {}

    public static byte[] bytes(String name) {
        String path = "/objects/" + name + ".bpf.o";
        try (InputStream in = TestObjects.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("no test object " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static CollectionSpec read(String name) {
        return ObjectReader.read(bytes(name), name + ".bpf.o");
    }

    public static MapDefinition map(CollectionSpec object, String name) {
        MapDefinition map = object.map(name);
        if (map == null) {
            throw new AssertionError(
                    "no map "
                            + name
                            + " among "
                            + object.maps().stream().map(MapDefinition::name).toList());
        }
        return map;
    }
}
