package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.jit.JitCompiler;
import io.xdp4j.ebpf.jit.JitOptions;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.tools.exit.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `xdp4j prog dump`: shows instructions, or what they compile to.
@Command(
        name = "dump",
        description = "Show a program's instructions, or the JVM bytecode that they compile to.",
        mixinStandardHelpOptions = true)
final class ProgDumpCommand implements Callable<Integer> {
    /// What to show, in bpftool's words.
    enum Form {
        XLATED,
        JITED
    }

    @Mixin private FileOptions file = new FileOptions();

    @Parameters(index = "1", paramLabel = "FORM", description = "xlated or jited")
    private Form form = Form.XLATED;

    @Override
    public Integer call() {
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        CollectionSpec object = Collection.read(file.path());
        Selection selection = file.selection();
        // What is shown need not be safe to run: a rejected program is looked at all the more.
        LoadOptions options =
                file.withTypes(
                        LoadOptions.DEFAULT.withType(selection.type()).withWanted(_ -> false));
        try (Collection maps = Collection.load(object, options)) {
            for (ProgramSpec program : selection.of(object)) {
                dump(maps.link(object, program), program, out);
            }
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }

    private void dump(LinkedProgram program, ProgramSpec spec, PrintWriter out) {
        if (form == Form.XLATED) {
            new XlatedText(program, spec.functions()).print(out);
        } else {
            byte[] bytes = JitCompiler.compile(program, JitOptions.verified(1)).classFile();
            out.println(program.name() + ":");
            JitedText.print(bytes, out);
        }
    }
}
