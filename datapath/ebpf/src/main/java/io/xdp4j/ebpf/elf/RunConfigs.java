package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.program.RunConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Reads libxdp's section `.xdp_run_config`: for each program a variable, named like it with an
/// underscore before, whose struct type has `priority` and the verdicts to go on after.
final class RunConfigs {
    private RunConfigs() {}

    /// By program name.
    static Map<String, RunConfig> read(ObjectParts parts) {
        Map<String, RunConfig> configs = new HashMap<>();
        BtfSpec btf = parts.btf();
        int id = parts.dataSectionId(".xdp_run_config");
        if (btf != null && btf.type(id) instanceof BtfType.DataSection section) {
            for (BtfType.SectionVar entry : section.vars()) {
                if (btf.type(entry.typeId()) instanceof BtfType.Var variable
                        && variable.name().startsWith("_")
                        && btf.resolved(variable.typeId()) instanceof BtfType.Struct struct) {
                    configs.put(variable.name().substring(1), read(btf, struct));
                }
            }
        }
        return configs;
    }

    private static RunConfig read(BtfSpec btf, BtfType.Struct struct) {
        int priority = RunConfig.DEFAULT.priority();
        Set<String> actions = new HashSet<>();
        for (BtfType.Member member : struct.members()) {
            Long value = BtfMaps.constant(btf, member.typeId());
            if (value != null && member.name().equals("priority")) {
                priority = value.intValue();
            } else if (value != null && value != 0 && member.name().startsWith("XDP_")) {
                actions.add(member.name());
            }
        }
        return new RunConfig(
                priority, actions.isEmpty() ? RunConfig.DEFAULT.chainCallActions() : actions);
    }
}
