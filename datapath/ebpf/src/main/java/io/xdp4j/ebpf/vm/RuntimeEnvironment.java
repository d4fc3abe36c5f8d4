package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapEnvironment;
import io.xdp4j.ebpf.map.MapSpec;
import org.jspecify.annotations.Nullable;

/// Maps in a runtime: descriptors are ids of its maps and programs, redirects lead nowhere.
///
/// Thread: any.
public class RuntimeEnvironment implements MapEnvironment {
    private final BpfRuntime runtime;

    public RuntimeEnvironment(BpfRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public @Nullable BpfMap map(int fd) {
        return runtime.mapById(fd);
    }

    @Override
    public int programId(BpfMap array, int fd) {
        return runtime.program(fd) == null ? -Errno.EBADF : fd;
    }

    @Override
    public void release(BpfMap map, MapSpec.SpecialField kind, long field) {
        if (kind.kind().equals("bpf_timer")) {
            runtime.timers().release(field);
        }
    }
}
