package io.xdp4j.ebpf.helper;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The kernel functions that an XDP program may call and that are known here.
///
/// Kernel: `BTF_KFUNCS_START` of the program types, as of 6.18.
public final class KfuncTable {
    private static final Map<String, KfuncProto> BY_NAME = new TreeMap<>();

    static {
        List<List<KfuncProto>> families =
                List.of(
                        DynptrKfuncs.protos(),
                        IteratorKfuncs.protos(),
                        PacketKfuncs.protos(),
                        SectionKfuncs.protos(),
                        StringKfuncs.protos(),
                        RefusedKfuncs.protos());
        for (List<KfuncProto> family : families) {
            for (KfuncProto proto : family) {
                BY_NAME.put(proto.name(), proto);
            }
        }
    }

    private KfuncTable() {}

    /// The kfunc with that name, `bpf_` included, or null.
    public static @Nullable KfuncProto byName(String name) {
        return BY_NAME.get(name);
    }

    /// All of them by name.
    public static Collection<KfuncProto> all() {
        return Collections.unmodifiableCollection(BY_NAME.values());
    }
}
