package io.xdp4j.tools.suricata;

import io.xdp4j.control.ControlException;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.MapEntry;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The flows that a loaded filter bypasses: the tables `flow_table_v4` and `flow_table_v6`.
///
/// Thread: that of the command.
/// Fails: [ControlException] for what the datapath refuses.
/// Kernel: none; Suricata's `util-ebpf.c`.
final class FlowTables {
    private static final String TABLE4 = "flow_table_v4";
    private static final String TABLE6 = "flow_table_v6";
    private static final int PAGE = 4096;

    /// `BPF_NOEXIST`.
    private static final long NOEXIST = 1;

    private final DatapathControl control;
    private final MapInfo table4;
    private final MapInfo table6;

    FlowTables(DatapathControl control, ObjectInfo object) {
        this.control = control;
        this.table4 = map(object, TABLE4);
        this.table6 = map(object, TABLE6);
    }

    /// Those of the filter that is loaded into a datapath.
    static FlowTables find(DatapathControl control) {
        return control.objects().stream()
                .filter(object -> object.maps().stream().anyMatch(m -> m.name().equals(TABLE4)))
                .findFirst()
                .map(object -> new FlowTables(control, object))
                .orElseThrow(() ->
                        new CommandException(
                                ExitCode.RUNTIME,
                                "no flow table is loaded (expected: ./xdp4j suricata filter"
                                        + " on a device of the datapath)"));
    }

    private static MapInfo map(ObjectInfo object, String name) {
        return object.maps().stream()
                .filter(map -> map.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        CommandException.input(
                                object.name()
                                        + ": no map "
                                        + name
                                        + " (expected: an object of Suricata's xdp_filter)"));
    }

    private MapInfo table(FlowKey flow) {
        return flow.isIpv4() ? table4 : table6;
    }

    /// Bypasses one direction of a flow; the counts of one that is there already stay.
    void add(FlowKey flow) {
        MapInfo table = table(flow);
        try {
            control.update(table.id(), flow.bytes(), new byte[table.userValueSize()], NOEXIST);
        } catch (ControlException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /// Lets a direction be seen again; false when it was not bypassed.
    boolean remove(FlowKey flow) {
        try {
            control.delete(table(flow).id(), flow.bytes());
            return true;
        } catch (ControlException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /// Every bypassed direction with what it would have been.
    List<BypassedFlow> flows() {
        List<BypassedFlow> flows = new ArrayList<>();
        collect(table4, flows);
        collect(table6, flows);
        return flows;
    }

    private void collect(MapInfo table, List<BypassedFlow> flows) {
        byte @Nullable [] last = null;
        List<MapEntry> page;
        do {
            page = control.entries(table.id(), last, PAGE);
            for (MapEntry entry : page) {
                flows.add(flow(entry, (table.valueSize() + 7) & -8));
                last = entry.key();
            }
        } while (page.size() == PAGE);
    }

    /// Packets and bytes of all CPUs.
    private static BypassedFlow flow(MapEntry entry, int stride) {
        ByteBuffer value = ByteBuffer.wrap(entry.value()).order(ByteOrder.LITTLE_ENDIAN);
        long packets = 0;
        long bytes = 0;
        for (int at = 0; at + 2 * Long.BYTES <= value.capacity(); at += stride) {
            packets += value.getLong(at);
            bytes += value.getLong(at + Long.BYTES);
        }
        return new BypassedFlow(FlowKey.of(entry.key()), packets, bytes);
    }
}
