package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.collection.RejectedProgramException;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.testrun.MemoryRun;
import io.xdp4j.ebpf.vm.TrapException;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request with a program's instructions in it.
final class InsnsRequest {
    private static final String MAIN = "prog";

    private final Json request;
    private final LoadOptions options;
    private final RunningKernel kernel;
    private final boolean raw;
    private final @Nullable BtfSpec btf;
    private final Map<Integer, BpfMap> mapsByFd = new LinkedHashMap<>();

    InsnsRequest(Json request, LoadOptions options, RunningKernel kernel) {
        this.request = request;
        this.kernel = kernel;
        this.raw = request.at("type").text("xdp").equals("raw");
        this.options = options.withVerify(!raw);
        Json types = request.at("btf");
        this.btf = types.isPresent() ? BtfSpec.parse(types.hex(), "btf") : null;
    }

    Map<String, @Nullable Object> answer() {
        try (Collection collection = Collection.empty(options)) {
            makeMaps(collection);
            BpfProgram program = collection.load(linked(MAIN, request.at("insns"), true));
            Map<String, @Nullable Object> answer = Verdict.of(program.verification()).form();
            if (request.at("action").text("run").equals("run")) {
                loadOthers(collection);
                fillMaps(collection);
                answer.put("runs", raw ? runOnMemory(collection, program) : run(program));
            }
            return answer;
        } catch (RejectedProgramException e) {
            return Verdict.of(e.verification()).form();
        }
    }

    // ---- programs

    private LinkedProgram linked(String name, Json hex, boolean main) {
        List<Insn> insns = Hex.insns(hex.hex(), name);
        return new LinkedProgram(
                name,
                type(),
                request.at("expected_attach_type").bits32(0),
                insns,
                mapsByFd,
                request.at("license").text("GPL"),
                flags(),
                btf,
                main ? funcInfo() : List.of(),
                List.of(),
                kfuncs(insns));
    }

    /// Kernel functions by the number that the running kernel knows them by.
    private Map<Integer, String> kfuncs(List<Insn> insns) {
        Map<Integer, String> names = new HashMap<>();
        for (Insn insn : insns) {
            boolean call =
                    insn.opcode() == (Opcode.JMP | Opcode.CALL)
                            && insn.src() == Opcode.PSEUDO_KFUNC_CALL
                            && insn.off() == 0;
            String name = call && !raw ? kernel.function(insn.imm()) : null;
            if (name != null) {
                names.put(insn.imm(), name);
            }
        }
        return names;
    }

    private ProgramType type() {
        Json type = request.at("type");
        ProgramType known = raw ? ProgramType.SOCKET_FILTER : Selection.type(type.text("xdp"));
        if (known == null) {
            throw type.unexpected("xdp or raw");
        }
        return known;
    }

    private Set<LinkedProgram.Flag> flags() {
        Set<LinkedProgram.Flag> flags = EnumSet.noneOf(LinkedProgram.Flag.class);
        for (Json flag : request.at("flags").list()) {
            for (LinkedProgram.Flag known : LinkedProgram.Flag.values()) {
                if (known.name().equalsIgnoreCase(flag.text())) {
                    flags.add(known);
                }
            }
        }
        return flags;
    }

    private List<LinkedProgram.FuncInfo> funcInfo() {
        List<LinkedProgram.FuncInfo> all = new ArrayList<>();
        for (Json info : request.at("func_info").list()) {
            List<Json> pair = info.list(2);
            all.add(
                    new LinkedProgram.FuncInfo(
                            (int) pair.get(0).number(0, Integer.MAX_VALUE),
                            (int) pair.get(1).number(0, Integer.MAX_VALUE)));
        }
        return all;
    }

    private void loadOthers(Collection collection) {
        for (Map.Entry<String, Json> other : request.at("progs").properties().entrySet()) {
            collection.load(linked(other.getKey(), other.getValue(), false));
        }
    }

    // ---- maps

    private void makeMaps(Collection collection) {
        for (Json map : request.at("maps").list()) {
            int fd = (int) map.at("fd").number(0, Integer.MAX_VALUE);
            mapsByFd.put(fd, collection.newMap(MapJson.spec(map, "map" + fd)));
        }
    }

    private void fillMaps(Collection collection) {
        for (Json map : request.at("maps").list()) {
            BpfMap live = mapsByFd.get((int) map.at("fd").number(0, Integer.MAX_VALUE));
            if (live == null) {
                continue;
            }
            for (Json entry : map.at("entries").list()) {
                List<Json> pair = entry.list(2);
                put(live, pair.get(0), value(collection, live, pair.get(1)));
            }
            for (Json entry : map.at("progs").list()) {
                List<Json> pair = entry.list(2);
                put(live, pair.get(0), word(collection.program(pair.get(1).text()).id()));
            }
        }
    }

    /// Values of maps of maps are another map's descriptor, or an inner map as an object.
    private byte[] value(Collection collection, BpfMap map, Json value) {
        MapSpec inner = map.spec().inner();
        if (!map.type().holdsMaps() || inner == null) {
            return value.hex();
        }
        if (value.isObject()) {
            BpfMap made = collection.newMap(MapJson.spec(value, inner.name()));
            for (Json entry : value.at("entries").list()) {
                List<Json> pair = entry.list(2);
                put(made, pair.get(0), pair.get(1).hex());
            }
            return word(made.id());
        }
        byte[] fd = value.hex();
        BpfMap named =
                fd.length == Integer.BYTES
                        ? mapsByFd.get(ByteBuffer.wrap(fd).order(ByteOrder.LITTLE_ENDIAN).getInt())
                        : null;
        return word(named == null ? collection.newMap(inner).id() : named.id());
    }

    private static void put(BpfMap map, Json key, byte[] value) {
        try {
            map.update(key.hex(), value, 0);
        } catch (MapException e) {
            throw new CommandException(
                    ExitCode.INPUT, key.place() + ": map " + map.name() + ": " + e.getMessage(), e);
        }
    }

    private static byte[] word(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    // ---- runs

    private List<Object> run(BpfProgram program) {
        return Runs.of(program, request, null);
    }

    private List<Object> runOnMemory(Collection collection, BpfProgram program) {
        MemoryRun run = new MemoryRun(collection.machine());
        List<byte[]> inputs =
                new ArrayList<>(request.at("data").list().stream().map(Json::hex).toList());
        if (inputs.isEmpty()) {
            inputs.add(new byte[0]);
        }
        List<Object> runs = new ArrayList<>();
        for (byte[] memory : inputs) {
            try {
                long r0 = run.run(program.main(), memory);
                runs.add(Runs.form(r0, memory, true));
            } catch (TrapException e) {
                runs.add(Runs.trapped(e));
            }
        }
        return runs;
    }
}
