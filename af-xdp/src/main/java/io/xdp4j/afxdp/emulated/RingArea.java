package io.xdp4j.afxdp.emulated;

/// Memory of one ring.
///
/// @param address first byte
/// @param entries a power of two
/// @param lengthBytes what may be mapped
record RingArea(long address, int entries, long lengthBytes) {}
