package io.xdp4j.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A program out of an eBPF object file, with what its maps hold at first.
///
/// Programs that name the same file share one loaded object, and with it the maps.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `ip link set DEV xdp obj FILE program NAME`, `bpftool map update`.
///
/// @param name the program's name
/// @param file the object, which need not exist yet
/// @param function the program's name in the object; null when the object has only one
/// @param engine what runs it
/// @param globals first values of global variables, by symbol
/// @param entries first entries of maps, in order
/// @param attach names of devices
/// @param at where it was written
public record ObjectProgramSpec(
        String name,
        Path file,
        @Nullable String function,
        Engine engine,
        Map<String, Word> globals,
        List<Entry> entries,
        List<String> attach,
        SourceLocation at)
        implements ProgramSpec {

    /// Copies the collections.
    public ObjectProgramSpec {
        globals = Map.copyOf(globals);
        entries = List.copyOf(entries);
        attach = List.copyOf(attach);
    }

    /// What runs a program.
    public enum Engine {
        /// The compiler, or the interpreter where it cannot.
        AUTO,
        /// The interpreter, which checks every access.
        INTERP,
        /// The compiler.
        JIT
    }

    /// A key or value: an integer that takes the size of its place, or bytes as they are.
    public sealed interface Word {
        /// Stored little-endian.
        record Int(long value) implements Word {}

        /// Digits of the bytes, in their order.
        record Hex(String digits) implements Word {}
    }

    /// A first entry of a map.
    public sealed interface Entry {
        /// The map's name in the object.
        String map();

        SourceLocation at();
    }

    /// An entry of a plain map.
    public record BytesEntry(String map, Word key, Word value, SourceLocation at)
            implements Entry {}

    /// A CPU of a cpumap.
    ///
    /// @param function second-stage program of the same object, or name of a configured program;
    ///     null for none
    public record CpuEntry(
            String map, int cpu, int qsize, @Nullable String function, SourceLocation at)
            implements Entry {}

    /// A device of a devmap.
    ///
    /// @param key where it stands; empty for the interface index of `keyDevice`
    /// @param keyDevice the device itself, unless another one was named as key
    /// @param function egress program, as in [CpuEntry]
    public record DeviceEntry(
            String map,
            OptionalInt key,
            String keyDevice,
            String device,
            @Nullable String function,
            SourceLocation at)
            implements Entry {}
}
