package io.xdp4j.config;

import java.util.List;

/// A program that redirects every frame to the same place.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `bpf_redirect`, `bpf_redirect_map`, `BPF_F_BROADCAST`.
///
/// @param name the program's name
/// @param target where the frames go
/// @param attach names of devices
/// @param at where it was written
public record RedirectProgramSpec(
        String name, Target target, List<String> attach, SourceLocation at) implements ProgramSpec {

    /// Copies the list.
    public RedirectProgramSpec {
        attach = List.copyOf(attach);
    }

    /// Where the frames go.
    public sealed interface Target permits ToDevice, ToKey, Broadcast {}

    /// To one device.
    ///
    /// @param device its name
    public record ToDevice(String device) implements Target {}

    /// To the device at one key of a devmap.
    ///
    /// @param devmap the map's name
    /// @param key a key that the map has
    public record ToKey(String devmap, int key) implements Target {}

    /// To all devices of a devmap.
    ///
    /// @param devmap the map's name
    /// @param excludeIngress whether the device that received the frame is left out
    public record Broadcast(String devmap, boolean excludeIngress) implements Target {}
}
