package io.xdp4j.tools.xdptools;

import io.xdp4j.control.Attachment;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ProgramInfo;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Objects that commands left in a datapath.
final class LoadedObjects {
    private LoadedObjects() {}

    /// Frees the objects of these programs that are on no device any more, as the kernel frees a
    /// program with its last reference.
    static int freeUnused(DatapathControl control, List<Integer> programs) {
        Set<Integer> attached = attached(control);
        int freed = 0;
        for (ObjectInfo object : control.objects()) {
            List<Integer> ids = object.programs().stream().map(ProgramInfo::id).toList();
            if (ids.stream().anyMatch(programs::contains)
                    && ids.stream().noneMatch(attached::contains)) {
                control.unload(object.id());
                freed++;
            }
        }
        return freed;
    }

    private static Set<Integer> attached(DatapathControl control) {
        return control.devices().stream()
                .map(DeviceInfo::attached)
                .flatMap(List::stream)
                .map(Attachment::program)
                .collect(Collectors.toSet());
    }
}
