package io.xdp4j.core.program;

/// Where a program may run, as it was loaded.
///
/// Kernel: `expected_attach_type`.
public enum XdpAttachType {
    /// Anywhere: a program in Java, which does not say.
    ANY,
    /// On a device (`xdp`).
    DEVICE,
    /// In an entry of a cpumap (`xdp/cpumap`).
    CPUMAP,
    /// In an entry of a devmap (`xdp/devmap`).
    DEVMAP;

    /// True when a program of this type may stand where `place` is wanted.
    public boolean fits(XdpAttachType place) {
        return this == ANY || this == place;
    }
}
