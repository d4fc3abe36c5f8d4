package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.program.ProgramType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Every helper that a program of one of our types may call.
///
/// Kernel: `get_func_proto` of the program types, as of 6.18.
public final class HelperTable {
    private static final int IDS = 212;
    private static final @Nullable HelperProto[] BY_ID = new HelperProto[IDS];
    private static final Map<String, HelperProto> BY_NAME = new HashMap<>();

    /// Helpers whose arguments differ for one program type.
    private static final Map<Integer, Map<ProgramType, HelperProto>> VARIANTS =
            Map.of(
                    17,
                    Map.of(
                            ProgramType.SCHED_CLS,
                            HelperProto.of(17, "get_cgroup_classid", RetType.INTEGER, ArgType.CTX)
                                    .on(Set.of(ProgramType.SCHED_CLS))),
                    46,
                    Map.of(
                            ProgramType.SK_REUSEPORT,
                            HelperProto.of(
                                            46,
                                            "get_socket_cookie",
                                            RetType.INTEGER,
                                            ArgType.BTF_SOCK_COMMON_OR_NULL)
                                    .on(Set.of(ProgramType.SK_REUSEPORT))),
                    107,
                    Map.of(
                            ProgramType.CGROUP_SOCK,
                            HelperProto.of(
                                            107,
                                            "sk_storage_get",
                                            RetType.MAP_VALUE_OR_NULL,
                                            ArgType.CONST_MAP_PTR,
                                            ArgType.CTX,
                                            ArgType.MAP_VALUE_OR_NULL,
                                            ArgType.ANYTHING)
                                    .on(Set.of(ProgramType.CGROUP_SOCK))));

    static {
        List<List<HelperProto>> families =
                List.of(
                        MapHelpers.protos(),
                        ClockHelpers.protos(),
                        TimerHelpers.protos(),
                        TraceHelpers.protos(),
                        TaskHelpers.protos(),
                        PacketHelpers.protos(),
                        ChecksumHelpers.protos(),
                        PerfHelpers.protos(),
                        RingHelpers.protos(),
                        DynptrHelpers.protos(),
                        SocketHelpers.protos(),
                        SyncookieHelpers.protos(),
                        FibHelpers.protos(),
                        StringHelpers.protos(),
                        ProbeHelpers.protos(),
                        CallbackHelpers.protos(),
                        ObjectHelpers.protos(),
                        SkbHelpers.protos(),
                        CgroupHelpers.protos(),
                        KernelHelpers.protos());
        for (List<HelperProto> family : families) {
            for (HelperProto proto : family) {
                BY_ID[proto.id()] = proto;
                BY_NAME.put(proto.name(), proto);
            }
        }
    }

    private HelperTable() {}

    /// The helper with the kernel's number, or null.
    public static @Nullable HelperProto byId(int id) {
        return id >= 0 && id < IDS ? BY_ID[id] : null;
    }

    /// The helper as a program of that type sees it, or null; allowed or not.
    public static @Nullable HelperProto byId(int id, ProgramType type) {
        Map<ProgramType, HelperProto> variants = VARIANTS.get(id);
        HelperProto variant = variants == null ? null : variants.get(type);
        return variant == null ? byId(id) : variant;
    }

    /// The helper with that name, without `bpf_`, or null.
    public static @Nullable HelperProto byName(String name) {
        return BY_NAME.get(name);
    }

    /// All helpers by ascending id.
    public static List<HelperProto> all() {
        List<HelperProto> all = new ArrayList<>();
        for (HelperProto proto : BY_ID) {
            if (proto != null) {
                all.add(proto);
            }
        }
        return all;
    }

    /// Every program type but those.
    static Set<ProgramType> allBut(ProgramType... types) {
        EnumSet<ProgramType> rest = EnumSet.allOf(ProgramType.class);
        for (ProgramType type : types) {
            rest.remove(type);
        }
        return Collections.unmodifiableSet(rest);
    }
}
