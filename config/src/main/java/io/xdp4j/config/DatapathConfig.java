package io.xdp4j.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A whole datapath: workers, frames, devices, maps, programs and switches.
///
/// What [#load] and [#parse] return is consistent: names are unique, references resolve, a device
/// carries at most one program or is a port of one switch.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: [ConfigException] from `load` and `parse`, for the first thing that is wrong.
/// Kernel: none.
///
/// @param workers the threads
/// @param frames chunks of 4096 bytes in the frame pool
/// @param devices at least one
/// @param cpumaps maps from CPU to queue
/// @param devmaps maps from number to device
/// @param programs XDP programs and where they are attached
/// @param switches switches over devices that carry no program of their own
/// @param network what programs look up
/// @param stats the reports
public record DatapathConfig(
        WorkersSpec workers,
        int frames,
        List<DeviceSpec> devices,
        List<CpuMapSpec> cpumaps,
        List<DevMapSpec> devmaps,
        List<ProgramSpec> programs,
        List<SwitchSpec> switches,
        NetworkSpec network,
        StatsSpec stats) {

    /// Copies the lists.
    public DatapathConfig {
        devices = List.copyOf(devices);
        cpumaps = List.copyOf(cpumaps);
        devmaps = List.copyOf(devmaps);
        programs = List.copyOf(programs);
        switches = List.copyOf(switches);
    }

    /// Reads a file in UTF-8. Relative paths in it are relative to its directory.
    ///
    /// @throws ConfigException if the file cannot be read or is wrong
    public static DatapathConfig load(Path file) {
        String name = file.toString();
        SourceLocation at = new SourceLocation(name, 0, "");
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            return parse(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString(), name);
        } catch (NoSuchFileException e) {
            throw at.unexpected("no such file", "a YAML configuration");
        } catch (CharacterCodingException e) {
            throw at.unexpected("not UTF-8 text", "a YAML configuration");
        } catch (IOException e) {
            String reason = Files.isDirectory(file) ? "a directory" : "not readable";
            throw at.unexpected(reason, "a YAML configuration");
        }
    }

    /// Reads text.
    ///
    /// @param source the YAML document
    /// @param fileName names the text in messages; relative paths are relative to its directory
    /// @throws ConfigException if the text is wrong
    public static DatapathConfig parse(String source, String fileName) {
        String text = source.startsWith("\uFEFF") ? source.substring(1) : source;
        return DatapathReader.read(YamlDocument.parse(text, fileName, directoryOf(fileName)));
    }

    private static Path directoryOf(String fileName) {
        try {
            Path parent = Path.of(fileName).getParent();
            return parent == null ? Path.of("") : parent;
        } catch (InvalidPathException e) {
            return Path.of("");
        }
    }

    /// The same over other devices.
    public DatapathConfig withDevices(List<DeviceSpec> to) {
        return new DatapathConfig(
                workers, frames, to, cpumaps, devmaps, programs, switches, network, stats);
    }

    /// The device that has the name, or of which one end has it.
    public Optional<DeviceSpec> device(String name) {
        return devices.stream().filter(d -> d.deviceNames().contains(name)).findFirst();
    }

    /// The program of this name.
    public Optional<ProgramSpec> program(String name) {
        return programs.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    /// The program that is attached to a device.
    public Optional<ProgramSpec> programOn(String device) {
        return programs.stream().filter(p -> p.attach().contains(device)).findFirst();
    }
}
