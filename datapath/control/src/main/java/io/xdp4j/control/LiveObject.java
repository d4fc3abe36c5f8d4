package io.xdp4j.control;

import io.xdp4j.core.bpf.ObjectProgram;
import io.xdp4j.core.program.LiveBackend;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An eBPF object that is loaded into a datapath.
///
/// Thread: control threads, one at a time.
/// Owns: its maps and programs, until [DatapathObjects#unload].
/// Kernel: `struct bpf_object` of libbpf, loaded.
public final class LiveObject {
    private final int id;
    private final String name;
    private final CollectionSpec spec;
    private final Collection collection;
    private final Map<Integer, ObjectProgram> programs = new LinkedHashMap<>();
    private boolean persistent;

    LiveObject(int id, String name, CollectionSpec spec, Collection collection) {
        this.id = id;
        this.name = name;
        this.spec = spec;
        this.collection = collection;
    }

    void add(BpfProgram program, ObjectProgram running) {
        programs.put(program.id(), running);
    }

    /// Marks it as left by a command, to stay until it is unloaded.
    void persist() {
        persistent = true;
    }

    public int id() {
        return id;
    }

    public String name() {
        return name;
    }

    /// Its programs and maps as the engine has them.
    public Collection collection() {
        return collection;
    }

    /// The cpumaps behind its maps of that type.
    public List<CpuMap> cpuMaps() {
        return collection.maps().values().stream()
                .filter(RedirectMap.class::isInstance)
                .map(map -> ((RedirectMap) map).backend())
                .filter(LiveBackend.class::isInstance)
                .map(backend -> ((LiveBackend) backend).map())
                .filter(CpuMap.class::isInstance)
                .map(CpuMap.class::cast)
                .toList();
    }

    /// What a device runs for one of its programs.
    public XdpProgram running(BpfProgram program) {
        ObjectProgram running = programs.get(program.id());
        if (running == null) {
            throw new IllegalStateException(program + " is not of " + this);
        }
        return running;
    }

    @Nullable XdpProgram program(int programId) {
        return programs.get(programId);
    }

    boolean runs(XdpProgram program) {
        return program instanceof ObjectProgram own && programs.containsValue(own);
    }

    boolean has(int programId) {
        return programs.containsKey(programId);
    }

    boolean has(BpfMap map) {
        return collection.maps().containsValue(map);
    }

    ObjectInfo info() {
        return new ObjectInfo(
                id,
                name,
                persistent,
                collection.programs().values().stream().map(this::info).toList(),
                collection.maps().values().stream().map(MapInfo::of).toList());
    }

    private ProgramInfo info(BpfProgram program) {
        var source = spec.program(program.name());
        return new ProgramInfo(
                program.id(),
                program.name(),
                source.section(),
                program.linked().expectedAttachType(),
                program.linked().insns().size(),
                program.engine().name(),
                program.linked().flags().contains(LinkedProgram.Flag.XDP_HAS_FRAGS),
                source.runConfig().priority(),
                source.runConfig().chainCallActions().stream().sorted().toList(),
                ProgramTag.of(program.linked()));
    }

    @Override
    public String toString() {
        return "object " + name + " (id " + id + ")";
    }
}
