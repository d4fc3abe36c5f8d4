package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import org.jspecify.annotations.Nullable;

/// What maps ask of the system around them: what file descriptors stand for.
///
/// Numbers that users store in maps (of maps, programs, sockets) are given as they come; an
/// environment may take ids for descriptors.
///
/// Thread: control calls, from any thread; [#release] also from programs.
public interface MapEnvironment {
    /// An environment without maps, programs, devices and sockets.
    MapEnvironment EMPTY = new MapEnvironment() {};

    /// True for an environment where maps of kernel objects may be named though nothing backs them.
    default boolean keepsUnbacked() {
        return false;
    }

    /// The map with that descriptor, or null.
    default @Nullable BpfMap map(int fd) {
        return null;
    }

    /// The id of the program with that descriptor, or a negated errno: EBADF, or EINVAL when its
    /// type does not fit the array.
    default int programId(BpfMap array, int fd) {
        return -Errno.EBADF;
    }

    /// Checks a descriptor put into a map of sockets, cgroups or perf events: 0 or a negated errno.
    default int admit(BpfMap map, int fd) {
        return -Errno.EBADF;
    }

    /// What stands behind a redirect map; null accepts every entry and redirects nowhere.
    default RedirectMap.@Nullable Backend backend(MapSpec spec, int id) {
        return null;
    }

    /// A value goes away that holds a field the kernel would free: cancels the timer, drops the
    /// reference.
    ///
    /// @param field address of the field
    default void release(BpfMap map, MapSpec.SpecialField kind, long field) {}
}
