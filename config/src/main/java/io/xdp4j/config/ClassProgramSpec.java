package io.xdp4j.config;

import java.util.List;

/// A program written in Java, named by its class.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: none.
///
/// @param name the program's name
/// @param className binary name of the class, which need not exist yet
/// @param attach names of devices
/// @param at where it was written
public record ClassProgramSpec(
        String name, String className, List<String> attach, SourceLocation at)
        implements ProgramSpec {

    /// Copies the list.
    public ClassProgramSpec {
        attach = List.copyOf(attach);
    }
}
