package io.xdp4j.ebpf.isa;

import io.xdp4j.ebpf.asm.Assembler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A program of the corpus in `isa/*.txt`, with the arguments of one row filled in.
///
/// A file has programs, `program NAME` and lines of assembly, each followed by its rows:
/// `row ARGUMENT... -> R0`, where `$1`, `$2`, .. in the text stand for the arguments.
///
/// @param name program and arguments
/// @param expected r0 as the kernel computed it
public record IsaCase(String name, List<Insn> insns, long expected) {
    private static final List<String> FILES =
            List.of("alu64", "alu32", "unary", "jump", "memory", "atomic", "control");

    /// The whole corpus.
    public static List<IsaCase> all() {
        List<IsaCase> all = new ArrayList<>();
        for (String file : FILES) {
            all.addAll(read(file));
        }
        return all;
    }

    /// The names of the corpus' files.
    public static List<String> files() {
        return FILES;
    }

    /// The cases of one file.
    public static List<IsaCase> read(String file) {
        String path = "/isa/" + file + ".txt";
        try (InputStream in = IsaCase.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + ": missing from the test resources");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<IsaCase> parse(String text) {
        List<IsaCase> cases = new ArrayList<>();
        StringBuilder program = new StringBuilder();
        String name = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith("program ")) {
                name = line.substring("program ".length());
                program.setLength(0);
            } else if (line.startsWith("row ")) {
                cases.add(row(name, program.toString(), line.substring("row ".length())));
            } else {
                program.append(line).append('\n');
            }
        }
        return cases;
    }

    private static IsaCase row(String name, String program, String row) {
        int arrow = row.indexOf("->");
        String arguments = row.substring(0, arrow).strip();
        String text = program;
        int number = 0;
        for (String argument : arguments.split(" ", -1)) {
            number++;
            text = text.replace("$" + number, argument);
        }
        String expected = row.substring(arrow + 2).strip().substring(2);
        return new IsaCase(
                (name + " " + arguments).strip(),
                Assembler.assemble(text),
                Long.parseUnsignedLong(expected, 16));
    }

    @Override
    public String toString() {
        return name;
    }
}
