package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.collection.RejectedProgramException;
import io.xdp4j.ebpf.elf.ObjectReader;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.testrun.MemoryRun;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j prog exec`: the plugin form of public conformance suites.
@Command(
        name = "exec",
        description =
                "Run a program given in hex on standard input, on memory; print r0 in hex. It is not"
                        + " verified, but runs on checked memory.",
        mixinStandardHelpOptions = true)
final class ProgExecCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MEMHEX",
            description = "the memory: r1 is its address, r2 its length")
    private String memory = "";

    @Option(names = "--elf", description = "standard input holds an object file, in hex")
    private boolean elf;

    @Override
    public Integer call() throws IOException {
        String text = new String(System.in.readAllBytes(), StandardCharsets.ISO_8859_1);
        byte[] code = Hex.bytes(text, "standard input");
        if (code.length == 0) {
            throw CommandException.input("standard input: is empty (expected: a program in hex)");
        }
        byte[] data = Hex.bytes(memory, "MEMHEX");
        LoadOptions options = LoadOptions.DEFAULT.withVerify(false);
        try (Collection collection = elf ? ofObject(code, options) : ofInsns(code, options)) {
            BpfProgram program = collection.programs().values().iterator().next();
            long r0 = new MemoryRun(collection.machine()).run(program.main(), data);
            PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
            out.println(Long.toHexString(r0));
            out.flush();
        } catch (RejectedProgramException e) {
            // Only what every program must have is looked at here: whole instructions, jumps in
            // range.
            throw CommandException.input(
                    "standard input: " + e.reason() + " (expected: a program that can be run)");
        }
        return ExitCode.OK;
    }

    private static Collection ofInsns(byte[] code, LoadOptions options) {
        Collection collection = Collection.empty(options);
        collection.load(raw("main", Hex.insns(code, "standard input")));
        return collection;
    }

    /// A program that is not verified; its type only has to be there.
    static LinkedProgram raw(String name, List<Insn> insns) {
        return new LinkedProgram(
                name,
                ProgramType.SOCKET_FILTER,
                0,
                insns,
                Map.of(),
                "GPL",
                Set.of(),
                null,
                List.of(),
                List.of(),
                Map.of());
    }

    private static Collection ofObject(byte[] bytes, LoadOptions options) {
        CollectionSpec object = ObjectReader.read(bytes, "standard input");
        if (object.programs().isEmpty()) {
            throw CommandException.input("standard input: has no program (expected: one)");
        }
        ProgramSpec first = object.programs().getFirst();
        return Collection.load(
                object, options.withType(ProgramType.SOCKET_FILTER).withWanted(first::equals));
    }
}
