package io.xdp4j.config;

import java.util.List;

/// A device to be opened; one record for each kind of transport.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `struct net_device` and what `ip link add` says of it.
public sealed interface DeviceSpec
        permits InterfaceDeviceSpec,
                TapDeviceSpec,
                GeneratorDeviceSpec,
                PcapDeviceSpec,
                VethDeviceSpec {

    /// The name by which programs, maps and switches refer to it.
    String name();

    /// Where it was written.
    SourceLocation at();

    /// Every device name that this spec brings into being; a veth pair brings two.
    default List<String> deviceNames() {
        return List.of(name());
    }
}
