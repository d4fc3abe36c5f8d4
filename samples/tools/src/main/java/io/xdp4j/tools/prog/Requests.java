package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.collection.RejectedProgramException;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.tools.exit.CommandException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the contract's batch requests ask for.
///
/// Thread: any.
final class Requests implements BatchLoop.Handler {
    private final Engine engine;
    private final RunningKernel kernel = new RunningKernel();

    /// @param engine for requests that name none
    Requests(Engine engine) {
        this.engine = engine;
    }

    @Override
    public Map<String, @Nullable Object> answer(Json request) {
        try {
            return switch (request.at("op").text()) {
                case "insns" -> new InsnsRequest(request, options(request), kernel).answer();
                case "load" -> load(request);
                case "run" -> run(request);
                default -> throw request.at("op").unexpected("insns, load or run");
            };
        } catch (UnsupportedException e) {
            return BatchLoop.error("not supported: " + e.getMessage());
        } catch (EbpfException | CommandException e) {
            return BatchLoop.error(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return BatchLoop.error(e.toString());
        }
    }

    private LoadOptions options(Json request) {
        Engine named = engineOf(request.at("engine"));
        // Most programs run once: compiling them would take longer. A fault that escaped the
        // verifier must not end the process: memory stays checked.
        LoadOptions options =
                LoadOptions.DEFAULT
                        .withEngine(named == Engine.AUTO ? Engine.INTERP : named)
                        .withRawMemory(false)
                        .withUnrunnable(true)
                        .withDeviceBound(false)
                        .withPrivilege(PrivilegeOptions.of(request.at("flags")))
                        .withKernelObjects(kernel);
        return new NetWorld(request.at("net")).in(options, _ -> {});
    }

    private Engine engineOf(Json named) {
        return switch (named.text("")) {
            case "interp" -> Engine.INTERP;
            case "jit" -> Engine.JIT;
            case "auto" -> Engine.AUTO;
            case "" -> engine;
            default -> throw named.unexpected("interp or jit");
        };
    }

    private static Selection selection(Json request) {
        Json type = request.at("type");
        Selection selection =
                new Selection(
                        textOrNull(request.at("program")),
                        textOrNull(request.at("section")),
                        type.isPresent() ? Selection.type(type.text()) : null);
        if (type.isPresent() && selection.type() == null) {
            throw type.unexpected("a program type such as xdp");
        }
        return selection;
    }

    private static @Nullable String textOrNull(Json text) {
        return text.isPresent() ? text.text() : null;
    }

    private Map<String, @Nullable Object> load(Json request) throws IOException {
        Setup setup = new Setup(request.at("setup"));
        Selection selection = selection(request);
        Path file = Path.of(request.at("file").text());
        try (ObjectLoad load =
                ObjectLoad.each(Collection.read(file), selection, setup, options(request))) {
            Map<String, @Nullable Object> answer = verdict(load).form();
            if (request.at("data").isPresent() && "accept".equals(answer.get("verdict"))) {
                setup.fill(load.collection());
                answer.put("runs", Runs.of(load.target(), request, setup.context()));
            }
            return answer;
        }
    }

    /// Of the first program that was rejected, else of the last.
    private static Verdict verdict(ObjectLoad load) {
        Verdict verdict = new Verdict(0, List.of(), 0, null);
        for (ProgramSpec program : load.asked()) {
            EbpfException rejection = load.rejection(program);
            if (rejection != null) {
                return Verdict.rejected(rejection);
            }
            verdict = Verdict.of(load.collection().program(program.name()).verification());
        }
        return verdict;
    }

    private Map<String, @Nullable Object> run(Json request) throws IOException {
        Setup setup = new Setup(request.at("setup"));
        Selection selection = selection(request);
        Path file = Path.of(request.at("file").text());
        int cpu = new NetWorld(request.at("net")).cpu();
        try (ObjectLoad load =
                ObjectLoad.toRun(Collection.read(file), selection, setup, options(request))) {
            Map<String, @Nullable Object> answer = Verdict.of(load.target().verification()).form();
            List<Object> results = new ArrayList<>();
            try (PacketSource packets =
                    PacketSource.open(request.at("packets").text(), PacketFormat.AUTO)) {
                for (byte[] p = packets.next(); p != null; p = packets.next()) {
                    results.add(Runs.result(load.target(), p, setup.context()));
                }
            }
            answer.put("results", results);
            if (request.at("dump_maps").flag(false)) {
                answer.put("maps", Forms.maps(load.collection().maps().values(), cpu));
            }
            return answer;
        } catch (RejectedProgramException e) {
            return Verdict.of(e.verification()).form();
        }
    }
}
