package io.xdp4j.config;

import java.util.List;

/// The ports of one switch, to which its other parts refer.
record SwitchPorts(boolean vlanFiltering, List<SwitchPortSpec> specs) {

    /// The port that a reference mentions.
    SwitchPortSpec resolve(ConfigNode reference) {
        List<String> names = specs.stream().map(SwitchPortSpec::device).toList();
        String name = reference.anyText("name of a port");
        return specs.stream()
                .filter(port -> port.device().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        reference
                                .at()
                                .unexpected(
                                        reference.shown()
                                                + ": no such port"
                                                + Spelling.hint(name, names),
                                        ConfigNode.oneOfThese(names)));
    }
}
