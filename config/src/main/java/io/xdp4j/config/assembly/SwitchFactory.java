package io.xdp4j.config.assembly;

import io.xdp4j.config.SwitchPortSpec;
import io.xdp4j.config.SwitchSpec;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.programs.bridge.LearningSwitch;
import io.xdp4j.programs.bridge.MirrorSpec;
import io.xdp4j.programs.bridge.PortVlan;
import io.xdp4j.programs.bridge.StaticEntry;
import io.xdp4j.programs.bridge.StormLimit;

/// Makes a learning switch of its configuration.
final class SwitchFactory {
    private SwitchFactory() {}

    static LearningSwitch make(Datapath datapath, SwitchSpec spec) {
        return new LearningSwitch(
                datapath,
                new io.xdp4j.programs.bridge.SwitchSpec(
                        spec.name(),
                        spec.ports().stream().map(SwitchFactory::port).toList(),
                        spec.macTable().maxEntries(),
                        spec.macTable().ageing(),
                        StormLimit.UNLIMITED,
                        spec.staticEntries().stream().map(SwitchFactory::staticEntry).toList(),
                        spec.mirrors().stream().map(SwitchFactory::mirror).toList()));
    }

    private static io.xdp4j.programs.bridge.SwitchPortSpec port(SwitchPortSpec port) {
        return new io.xdp4j.programs.bridge.SwitchPortSpec(
                port.device(), vlan(port.vlan()), port.stormLimit());
    }

    private static PortVlan vlan(SwitchPortSpec.Vlan vlan) {
        return switch (vlan) {
            case SwitchPortSpec.Transparent ignored -> new PortVlan.Plain();
            case SwitchPortSpec.Access(int pvid) -> new PortVlan.Access(pvid);
            case SwitchPortSpec.Trunk(var allowed, Integer nativeVlan) ->
                    new PortVlan.Trunk(
                            allowed, nativeVlan == null ? PortVlan.Trunk.NO_NATIVE : nativeVlan);
        };
    }

    private static StaticEntry staticEntry(SwitchSpec.StaticEntry entry) {
        return new StaticEntry(entry.mac().valueU48(), entry.port(), entry.vlan());
    }

    private static MirrorSpec mirror(SwitchSpec.Mirror mirror) {
        return new MirrorSpec(
                mirror.from(),
                mirror.to(),
                switch (mirror.direction()) {
                    case INGRESS -> MirrorSpec.Direction.INGRESS;
                    case EGRESS -> MirrorSpec.Direction.EGRESS;
                    case BOTH -> MirrorSpec.Direction.BOTH;
                });
    }
}
