package io.xdp4j.config;

import org.jspecify.annotations.Nullable;

/// A TAP interface, created when the device opens.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `/dev/net/tun` with `IFF_TAP`, `IFF_MULTI_QUEUE`.
///
/// @param name the device's name
/// @param interfaceName the kernel's name of the interface
/// @param queues receive queues
/// @param mtu largest payload in bytes
/// @param mac the interface's address; null lets the kernel choose
/// @param up whether the interface is set up
/// @param at where it was written
public record TapDeviceSpec(
        String name,
        String interfaceName,
        int queues,
        int mtu,
        @Nullable MacAddress mac,
        boolean up,
        SourceLocation at)
        implements DeviceSpec {}
