package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.program.CollectionSpec;
import java.util.List;

/// Reads object files of clang.
///
/// Its input is not trusted: whatever the bytes, it either returns or fails with one line.
///
/// Thread: any.
/// Fails: [io.xdp4j.ebpf.MalformedObjectException] for damage, naming file, section and offset;
/// [io.xdp4j.ebpf.UnsupportedException] for what this engine does not know.
/// Kernel: `bpf_object__open` of libbpf.
public final class ObjectReader {
    private ObjectReader() {}

    /// Reads an object.
    ///
    /// @param bytes the whole file
    /// @param fileName for messages, and for the names of global data maps
    public static CollectionSpec read(byte[] bytes, String fileName) {
        ElfImage image = new ElfImage(bytes, fileName);
        return new CollectionSpec(image.file(), "", 0, List.of(), List.of(), null);
    }
}
