package io.xdp4j.conformance.prog;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.verifier.Privilege;
import io.xdp4j.linux.Capability;
import io.xdp4j.linux.DroppedCapabilities;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.bpf.KernelBpf;
import io.xdp4j.linux.bpf.KernelBpf.LoadResult;
import io.xdp4j.linux.bpf.KernelBpf.MapAttributes;
import io.xdp4j.linux.bpf.KernelBpf.ProgramAttributes;
import io.xdp4j.linux.bpf.KernelBpf.RunResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The same maps and programs in the live kernel.
///
/// Owns: their descriptors, until closed.
final class KernelMirror implements AutoCloseable {
    private static final int SOCKET_FILTER = 1;
    private static final int XDP = 6;
    private static final int LOG_BYTES = 1 << 22;
    private static final int PACKET_BYTES = 1 << 17;

    private final Map<Integer, Integer> mapFds = new HashMap<>();
    private final Map<String, Integer> programFds = new HashMap<>();
    private final List<Integer> others = new ArrayList<>();
    private final IdentityHashMap<BtfSpec, Integer> typeFds = new IdentityHashMap<>();

    /// What the kernel lacks of the object, or will not take.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private KernelMirror() {}

    /// The instructions as the kernel takes them.
    static byte[] encoded(List<Insn> insns) {
        ByteBuffer code =
                ByteBuffer.allocate(insns.size() * Insn.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        insns.forEach(insn -> code.putLong(insn.encode()));
        return code.array();
    }

    /// Skips the test where bpf(2) is not allowed.
    static void assumeBpf() {
        int fd = KernelBpf.createMap(MapAttributes.of("probe", MapType.HASH.number(), 4, 4, 1, 0));
        assumeTrue(fd > 0, "bpf(2) needs CAP_BPF: run as root");
        Fd.close(fd);
    }

    /// Mirrors a collection's maps, their contents and freezes too.
    static KernelMirror of(Collection collection) throws Refused {
        Map<Integer, BpfMap> byId = new TreeMap<>();
        collection.maps().values().forEach(map -> byId.put(map.id(), map));
        return of(byId);
    }

    /// Mirrors maps by the number that programs name them by.
    static KernelMirror of(Map<Integer, BpfMap> maps) throws Refused {
        KernelMirror mirror = new KernelMirror();
        try {
            for (Map.Entry<Integer, BpfMap> map : maps.entrySet()) {
                mirror.addMap(map.getKey(), map.getValue());
            }
            return mirror;
        } catch (Refused e) {
            mirror.close();
            throw e;
        }
    }

    private void addMap(int number, BpfMap map) throws Refused {
        int fd = create(map.spec());
        mapFds.put(number, fd);
        if (isPlain(map.type())) {
            copyContents(map, fd);
        }
        if (map.isFrozen()) {
            KernelBpf.freeze(fd);
        }
    }

    private int create(MapSpec spec) throws Refused {
        int inner = 0;
        if (spec.inner() != null) {
            inner = create(spec.inner());
            others.add(inner);
        }
        String name = spec.name().replaceAll("[^A-Za-z0-9_.]", "_");
        int fd =
                KernelBpf.createMap(
                        new MapAttributes(
                                name.substring(0, Math.min(name.length(), 15)),
                                spec.type().number(),
                                spec.keySize(),
                                spec.valueSize(),
                                spec.maxEntries(),
                                spec.flags(),
                                inner,
                                spec.mapExtra(),
                                typesFd(spec),
                                typesFd(spec) == 0 ? 0 : spec.btfKeyTypeId(),
                                typesFd(spec) == 0 ? 0 : spec.btfValueTypeId()));
        if (fd < 0) {
            throw new Refused("map " + spec.name() + ": " + Errno.nameOf(-fd));
        }
        return fd;
    }

    /// Types are told where the value has fields that need them, 0 elsewhere.
    private int typesFd(MapSpec spec) {
        BtfSpec btf = spec.btf();
        return btf == null || spec.fields().isEmpty() ? 0 : typesFd(btf);
    }

    private int typesFd(BtfSpec btf) {
        return typeFds.computeIfAbsent(
                btf, types -> Math.max(0, KernelBpf.loadBtf(BtfBytes.of(types))));
    }

    static boolean isPlain(MapType type) {
        return switch (type) {
            case HASH, ARRAY, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE ->
                    true;
            default -> false;
        };
    }

    private static void copyContents(BpfMap map, int fd) {
        map.forEach((key, value) -> KernelBpf.update(fd, key, value, 0));
    }

    /// Puts an entry into the kernel's map: 0 or `-errno`.
    int update(BpfMap map, byte[] key, byte[] value) {
        Integer fd = mapFds.get(map.id());
        return fd == null ? -Errno.EBADF : KernelBpf.update(fd, key, value, 0);
    }

    /// Puts a program into a prog array.
    int update(BpfMap map, int index, String program) {
        Integer fd = programFds.get(program);
        return fd == null ? -Errno.EBADF : update(map, word(index), word(fd));
    }

    static byte[] word(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /// Loads the same program.
    void load(BpfProgram program) throws Refused {
        LoadResult result = load(program.linked());
        if (result.fd() < 0) {
            throw new Refused(Errno.nameOf(-result.fd()) + ": " + lastLine(result.log()));
        }
        programFds.put(program.name(), result.fd());
    }

    /// What the kernel says of a program whose loader may do only so much; it does not stay loaded.
    LoadResult judge(LinkedProgram program, Privilege privilege) {
        ProgramAttributes attributes = attributes(program);
        LoadResult result;
        try (DroppedCapabilities _ = dropped(privilege)) {
            result = KernelBpf.loadProgram(attributes);
        }
        if (result.fd() >= 0) {
            Fd.close(result.fd());
        }
        return result;
    }

    private static DroppedCapabilities dropped(Privilege privilege) {
        return switch (privilege) {
            case FULL -> DroppedCapabilities.of();
            case BPF -> DroppedCapabilities.of(Capability.CAP_SYS_ADMIN, Capability.CAP_PERFMON);
            case NONE -> DroppedCapabilities.all();
        };
    }

    private LoadResult load(LinkedProgram linked) {
        return KernelBpf.loadProgram(attributes(linked));
    }

    private ProgramAttributes attributes(LinkedProgram linked) {
        BtfSpec btf = linked.btf();
        int types = btf == null || linked.funcInfo().isEmpty() ? 0 : typesFd(btf);
        return new ProgramAttributes(
                "mirror",
                linked.type() == ProgramType.SOCKET_FILTER ? SOCKET_FILTER : XDP,
                linked.expectedAttachType(),
                code(linked),
                linked.license(),
                flags(linked),
                1,
                LOG_BYTES,
                types,
                types == 0 ? new byte[0] : functions(linked));
    }

    private static int flags(LinkedProgram linked) {
        int flags = 0;
        for (LinkedProgram.Flag flag : linked.flags()) {
            flags |=
                    switch (flag) {
                        case STRICT_ALIGNMENT -> 1;
                        case ANY_ALIGNMENT -> 2;
                        case TEST_STATE_FREQ -> 8;
                        case SLEEPABLE -> 16;
                        case XDP_HAS_FRAGS -> 32;
                    };
        }
        return flags;
    }

    private static byte[] functions(LinkedProgram linked) {
        ByteBuffer bytes =
                ByteBuffer.allocate(linked.funcInfo().size() * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (LinkedProgram.FuncInfo function : linked.funcInfo()) {
            bytes.putInt(function.insn()).putInt(function.typeId());
        }
        return bytes.array();
    }

    static String lastLine(String log) {
        List<String> lines = log.lines().filter(line -> !line.startsWith("processed")).toList();
        return lines.isEmpty() ? "" : lines.getLast();
    }

    private byte[] code(LinkedProgram program) {
        ByteBuffer code =
                ByteBuffer.allocate(program.insns().size() * Insn.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (Insn insn : program.insns()) {
            boolean map =
                    insn.isLoadImm64()
                            && (insn.src() == Opcode.PSEUDO_MAP_FD
                                    || insn.src() == Opcode.PSEUDO_MAP_VALUE);
            Integer fd = map ? mapFds.get(insn.imm()) : null;
            code.putLong((fd == null ? named(program, insn) : insn.withImm(fd)).encode());
        }
        return code.array();
    }

    /// Calls of kernel functions go by the number of their type.
    private static Insn named(LinkedProgram program, Insn insn) {
        boolean kfunc =
                insn.opcode() == (Opcode.JMP | Opcode.CALL)
                        && insn.src() == Opcode.PSEUDO_KFUNC_CALL;
        String name = kfunc ? program.kfuncs().get(insn.imm()) : null;
        BtfSpec kernel = name == null ? null : KernelTypes.read();
        return name == null || kernel == null
                ? insn
                : insn.withImm(kernel.idOf(BtfType.Func.class, name));
    }

    /// Runs it in the kernel.
    RunResult run(String program, byte[] packet) {
        return KernelBpf.testRun(
                programFds.getOrDefault(program, -1), packet, new byte[0], PACKET_BYTES, 1);
    }

    /// The value in the kernel's map, of a per-CPU map all CPUs'; null when there is none.
    byte @Nullable [] lookup(BpfMap map, byte[] key, int possibleCpus) {
        byte[] value = new byte[userBytes(map, possibleCpus)];
        int found = KernelBpf.lookup(mapFds.getOrDefault(map.id(), -1), key, value);
        return found == 0 ? value : null;
    }

    private static int userBytes(BpfMap map, int possibleCpus) {
        return map.type().isPerCpu()
                ? ((map.valueSize() + 7) & -8) * possibleCpus
                : map.valueSize();
    }

    /// The entries of a plain map as the kernel has them, hex by hex.
    Map<String, String> entries(BpfMap map, int possibleCpus) {
        Map<String, String> entries = new TreeMap<>();
        int fd = mapFds.getOrDefault(map.id(), -1);
        byte[] key = new byte[0];
        byte[] next = new byte[map.keySize()];
        byte[] value = new byte[userBytes(map, possibleCpus)];
        while (KernelBpf.nextKey(fd, key, next) == 0) {
            if (KernelBpf.lookup(fd, next, value) == 0) {
                entries.put(HexFormat.of().formatHex(next), HexFormat.of().formatHex(value));
            }
            key = next.clone();
        }
        return entries;
    }

    @Override
    public void close() {
        programFds.values().forEach(Fd::close);
        mapFds.values().forEach(Fd::close);
        typeFds.values().stream().filter(fd -> fd > 0).forEach(Fd::close);
        others.forEach(Fd::close);
    }
}
