package io.xdp4j.config;

import io.xdp4j.config.RedirectProgramSpec.Broadcast;
import io.xdp4j.config.RedirectProgramSpec.ToDevice;
import io.xdp4j.config.RedirectProgramSpec.ToKey;
import io.xdp4j.config.VerdictProgramSpec.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Reads `programs`; the names in a first pass, because maps mention them.
final class ProgramReader {
    private static final List<String> TYPES =
            List.of("object", "load_balancer", "redirect", "pass", "drop", "tx", "class");
    private static final List<String> VERDICT_KEYS = List.of("name", "type", "attach");
    private static final List<String> TX_KEYS = List.of("name", "type", "swap-macs", "attach");
    private static final List<String> LOAD_BALANCER_KEYS =
            List.of("name", "type", "cpumap", "attach");
    private static final List<String> CLASS_KEYS = List.of("name", "type", "class", "attach");
    private static final List<String> REDIRECT_KEYS =
            List.of(
                    "name",
                    "type",
                    "device",
                    "devmap",
                    "key",
                    "broadcast",
                    "exclude-ingress",
                    "attach");
    private static final List<String> ALL_KEYS =
            List.of(
                    "name",
                    "type",
                    "cpumap",
                    "device",
                    "devmap",
                    "key",
                    "broadcast",
                    "exclude-ingress",
                    "swap-macs",
                    "class",
                    "file",
                    "program",
                    "engine",
                    "globals",
                    "entries",
                    "attach");
    private static final int MAX_PROGRAMS = 256;
    private static final int MAX_ATTACH = 256;
    private static final Pattern CLASS_NAME =
            Pattern.compile("(?=.{1,255}$)([A-Za-z_$][A-Za-z0-9_$]*\\.)*[A-Za-z_$][A-Za-z0-9_$]*");

    private final ConfigMapping program;
    private final Names names;

    private ProgramReader(ConfigMapping program, Names names) {
        this.program = program;
        this.names = names;
    }

    static void defineNames(ConfigMapping top, Names names) {
        for (ConfigMapping program : mappings(top)) {
            if (!program.has("type")) {
                program.allow("a program", ALL_KEYS);
            }
            String type = program.node("type").oneOf(TYPES);
            program.allow("a program of type " + type, keys(type));
            names.programTypes.put(names.programs.define(program.node("name")), type);
        }
    }

    static List<ProgramSpec> readAll(ConfigMapping top, Names names) {
        return mappings(top).stream().map(m -> new ProgramReader(m, names).read()).toList();
    }

    private static List<ConfigMapping> mappings(ConfigMapping top) {
        List<ConfigMapping> programs = new ArrayList<>();
        if (top.has("programs")) {
            for (ConfigNode node : top.node("programs").items(0, MAX_PROGRAMS, "programs")) {
                programs.add(node.mapping("a mapping with name and type"));
            }
        }
        return programs;
    }

    private static List<String> keys(String type) {
        return switch (type) {
            case "object" -> ObjectProgramReader.KEYS;
            case "load_balancer" -> LOAD_BALANCER_KEYS;
            case "redirect" -> REDIRECT_KEYS;
            case "class" -> CLASS_KEYS;
            case "tx" -> TX_KEYS;
            default -> VERDICT_KEYS;
        };
    }

    private ProgramSpec read() {
        String name = names.programs.resolve(program.node("name"));
        return switch (program.node("type").oneOf(TYPES)) {
            case "object" -> ObjectProgramReader.read(program, name, attach(name), names);
            case "load_balancer" -> loadBalancer(name);
            case "redirect" -> new RedirectProgramSpec(name, target(), attach(name), program.at());
            case "class" -> javaClass(name);
            case String type -> verdict(name, type);
        };
    }

    private ProgramSpec loadBalancer(String name) {
        String cpumap = names.cpumaps.resolve(program.node("cpumap"));
        return new LoadBalancerProgramSpec(name, cpumap, attach(name), program.at());
    }

    private ProgramSpec javaClass(String name) {
        String className =
                program.node("class").text(CLASS_NAME, "class name like com.example.Drop");
        return new ClassProgramSpec(name, className, attach(name), program.at());
    }

    private ProgramSpec verdict(String name, String type) {
        return new VerdictProgramSpec(
                name,
                Action.valueOf(type.toUpperCase(Locale.ROOT)),
                program.get("swap-macs", ConfigNode::bool, false),
                attach(name),
                program.at());
    }

    private RedirectProgramSpec.Target target() {
        program.refuseBoth("device", "devmap");
        if (!program.has("devmap")) {
            return toDevice();
        }
        String devmap = names.devmaps.resolve(program.node("devmap"));
        boolean broadcast = program.get("broadcast", ConfigNode::bool, false);
        if (broadcast) {
            program.refuseBoth("broadcast", "key");
            return new Broadcast(devmap, program.get("exclude-ingress", ConfigNode::bool, true));
        }
        if (program.has("exclude-ingress")) {
            throw program.node("exclude-ingress")
                    .at()
                    .unexpected("without broadcast", "broadcast: true beside it");
        }
        return new ToKey(devmap, key(devmap));
    }

    private RedirectProgramSpec.Target toDevice() {
        for (String key : List.of("key", "broadcast", "exclude-ingress")) {
            if (program.has(key)) {
                throw program.node(key).at().unexpected("without devmap", "devmap beside it");
            }
        }
        if (!program.has("device")) {
            throw program.node("device").unexpected("device, or devmap with key or broadcast");
        }
        return new ToDevice(names.devices.resolve(program.node("device")));
    }

    private int key(String devmap) {
        ConfigNode node = program.node("key");
        List<Integer> known = names.devmapKeys.getOrDefault(devmap, List.of());
        String expected = "a key of devmap " + devmap + ": " + ConfigNode.listed(known);
        int key = (int) node.integer(0, Integer.MAX_VALUE, expected);
        if (!known.contains(key)) {
            throw node.unexpected(expected);
        }
        return key;
    }

    private List<String> attach(String name) {
        return program.get(
                "attach",
                node ->
                        node.items(0, MAX_ATTACH, "devices").stream()
                                .map(n -> names.claimDevice(n, "program '" + name + "'"))
                                .toList(),
                List.of());
    }
}
