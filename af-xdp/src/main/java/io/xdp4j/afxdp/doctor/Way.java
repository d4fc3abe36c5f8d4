package io.xdp4j.afxdp.doctor;

/// A way to drive an interface.
///
/// @param name such as `native zero-copy` or `AF_PACKET`
/// @param works whether it should work
/// @param why why not, or what it costs
/// @param remedy what would make it work, or better
public record Way(String name, boolean works, String why, String remedy) {}
