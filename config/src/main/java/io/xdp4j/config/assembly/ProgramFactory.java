package io.xdp4j.config.assembly;

import io.xdp4j.config.ClassProgramSpec;
import io.xdp4j.config.ConfigException;
import io.xdp4j.config.DatapathConfig;
import io.xdp4j.config.LoadBalancerProgramSpec;
import io.xdp4j.config.ObjectProgramSpec;
import io.xdp4j.config.ProgramSpec;
import io.xdp4j.config.RedirectProgramSpec;
import io.xdp4j.config.VerdictProgramSpec;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.DeviceMap;
import io.xdp4j.programs.balance.LoadBalancer;
import io.xdp4j.programs.basic.Drop;
import io.xdp4j.programs.basic.Pass;
import io.xdp4j.programs.basic.RedirectTo;
import io.xdp4j.programs.basic.Tx;
import java.util.HashMap;
import java.util.Map;

/// Makes the programs that a configuration names, each once.
///
/// Thread: one.
/// Fails: [ConfigException] for a class that cannot be used.
final class ProgramFactory {
    private final DatapathConfig config;
    private final Parts parts;
    private final ObjectFactory objects;
    private final Map<String, XdpProgram> made = new HashMap<>();

    ProgramFactory(DatapathConfig config, Parts parts, ObjectFactory objects) {
        this.config = config;
        this.parts = parts;
        this.objects = objects;
    }

    /// The program of that name, which the loader knows to exist.
    XdpProgram program(String name) {
        XdpProgram program = made.get(name);
        if (program == null) {
            program = make(config.program(name).orElseThrow());
            made.put(name, program);
        }
        return program;
    }

    private XdpProgram make(ProgramSpec spec) {
        return switch (spec) {
            case VerdictProgramSpec verdict ->
                    switch (verdict.action()) {
                        case DROP -> Drop.INSTANCE;
                        case PASS -> Pass.INSTANCE;
                        case TX -> verdict.swapMacs() ? Tx.SWAP_MACS : Tx.UNCHANGED;
                    };
            case RedirectProgramSpec redirect -> redirect(redirect.target());
            case LoadBalancerProgramSpec balancer -> loadBalancer(balancer);
            case ObjectProgramSpec object -> objects.program(object);
            case ClassProgramSpec own -> ofClass(own);
        };
    }

    private XdpProgram redirect(RedirectProgramSpec.Target target) {
        return switch (target) {
            case RedirectProgramSpec.ToDevice(String device) ->
                    new RedirectTo.Device(parts.device(device).ifindex());
            case RedirectProgramSpec.ToKey(String devmap, int key) ->
                    new RedirectTo.Entry(devMap(devmap), key);
            case RedirectProgramSpec.Broadcast(String devmap, boolean excludeIngress) ->
                    new RedirectTo.Broadcast(devMap(devmap), excludeIngress);
        };
    }

    private DeviceMap devMap(String name) {
        return parts.devMap(name);
    }

    private XdpProgram loadBalancer(LoadBalancerProgramSpec spec) {
        CpuMap map = parts.cpuMap(spec.cpumap());
        return new LoadBalancer(
                map,
                parts.datapath().workers().size(),
                map.all().stream().map(entry -> entry.cpu()).toList());
    }

    private static XdpProgram ofClass(ClassProgramSpec spec) {
        Object made;
        try {
            made = Class.forName(spec.className()).getDeclaredConstructor().newInstance();
        } catch (ClassNotFoundException e) {
            throw new ConfigException(
                    spec.at(),
                    "class: "
                            + spec.className()
                            + ": not found (expected: a class on XDP4J_CLASSPATH)");
        } catch (LinkageError e) {
            throw new ConfigException(
                    spec.at(),
                    "class: "
                            + spec.className()
                            + ": cannot be loaded: "
                            + e
                            + " (expected: a class for Java 25 or earlier, with all it needs on"
                            + " XDP4J_CLASSPATH)");
        } catch (ReflectiveOperationException e) {
            throw new ConfigException(
                    spec.at(),
                    "class: "
                            + spec.className()
                            + ": cannot be made (expected: a public class with a public constructor"
                            + " without arguments)");
        }
        if (made instanceof XdpProgram program) {
            return program;
        }
        throw new ConfigException(
                spec.at(),
                "class: "
                        + spec.className()
                        + " (expected: implements "
                        + XdpProgram.class.getName()
                        + ")");
    }
}
