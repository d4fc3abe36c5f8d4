package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.memory.RawMemory;

/// A value where it lies, its fields by name.
///
/// What programs write is seen at once, and the other way round. As for a program, the value may
/// become another entry's when it is deleted or replaced.
///
/// Thread: any. Not after the map is closed.
public final class StructView {
    private final MapView view;
    private final long address;

    StructView(MapView view, long address) {
        this.view = view;
        this.address = address;
    }

    /// Where the value lies.
    public long address() {
        return address;
    }

    /// A number, by the field's name; [#get(StructField)] is quicker.
    public long get(String path) {
        return view.field(path).get(address);
    }

    public long get(StructField field) {
        return field.get(address);
    }

    public void set(String path, long number) {
        view.requireWritable();
        view.field(path).set(address, number);
    }

    public void set(StructField field, long number) {
        view.requireWritable();
        field.set(address, number);
    }

    /// A copy of a field's bytes.
    public byte[] bytes(String path) {
        StructField field = view.field(path);
        byte[] bytes = new byte[field.size()];
        RawMemory.copyOut(address + field.offset(), bytes, 0, bytes.length);
        return bytes;
    }
}
