package io.xdp4j.ebpf.verifier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The fields of a context, as data.
///
/// Kernel: the `is_valid_access` functions of net/core/filter.c.
record ContextLayout(List<ContextField> fields) {
    static final ContextLayout XDP = xdp(false);
    static final ContextLayout XDP_DEVMAP = xdp(true);

    ContextLayout {
        fields = List.copyOf(fields);
    }

    private static ContextLayout xdp(boolean egress) {
        List<ContextField> common =
                List.of(
                        ContextField.pointer("data", 0, RegType.PACKET),
                        ContextField.pointer("data_end", 4, RegType.PACKET_END),
                        ContextField.pointer("data_meta", 8, RegType.PACKET_META),
                        ContextField.word("ingress_ifindex", 12).whole(),
                        ContextField.word("rx_queue_index", 16).whole());
        if (!egress) {
            return new ContextLayout(common);
        }
        List<ContextField> all = new java.util.ArrayList<>(common);
        all.add(ContextField.word("egress_ifindex", 20).whole());
        return new ContextLayout(all);
    }

    /// The field that the access touches and permits, or null.
    @Nullable ContextField at(int off, int size, boolean write, boolean signExtends) {
        for (ContextField field : fields) {
            if (field.admits(off, size, write)) {
                boolean pointer = field.type() != RegType.SCALAR;
                return pointer && signExtends ? null : field;
            }
        }
        return null;
    }
}
