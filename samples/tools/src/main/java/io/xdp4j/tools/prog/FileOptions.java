package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.control.json.JsonException;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.InputFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// An object file, and which of its programs.
final class FileOptions {
    @Parameters(index = "0", paramLabel = "FILE", description = "object file of clang -target bpf")
    private String file = "";

    @Option(names = "--program", paramLabel = "NAME", description = "the program of that name")
    private @Nullable String program;

    @Option(names = "--section", paramLabel = "SEC", description = "the programs of that section")
    private @Nullable String section;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "program type, in place of what the section says: xdp")
    private @Nullable String type;

    @Option(
            names = "--btf",
            paramLabel = "FILE",
            description =
                    "the kernel's types for CO-RE relocations, such as /sys/kernel/btf/vmlinux;"
                            + " default: built-in ones of packets and contexts, and for other types"
                            + " what the object says of them")
    private @Nullable Path btf;

    String file() {
        return file;
    }

    Path path() {
        return Path.of(file);
    }

    Selection selection() {
        ProgramType known = type == null ? null : Selection.type(type);
        if (type != null && known == null) {
            throw CommandException.usage(
                    "--type: " + type + " (expected: a program type such as xdp)");
        }
        return new Selection(program, section, known);
    }

    /// The options with the kernel's types, where some are named.
    LoadOptions withTypes(LoadOptions options) {
        return btf == null ? options : options.withKernelTypes(Collection.readTypes(btf));
    }

    /// The content of a JSON file; an absent value without one.
    static Json json(@Nullable Path file) {
        if (file == null) {
            return Json.parse("null", "none");
        }
        try {
            return Json.parse(Files.readString(file), String.valueOf(file.getFileName()));
        } catch (JsonException e) {
            throw e;
        } catch (IOException e) {
            throw CommandException.usage(
                    file + ": " + InputFiles.reasonAgainst(file) + " (expected: a JSON file)");
        }
    }
}
