package io.xdp4j.core.device;

import io.xdp4j.core.program.XdpProgram;

/// A program with the id under which the datapath knows it.
///
/// @param program what runs
/// @param id unique in the datapath, from 1
/// @param hasFrags whether it takes packets of several chunks
public record AttachedProgram(XdpProgram program, int id, boolean hasFrags) {}
