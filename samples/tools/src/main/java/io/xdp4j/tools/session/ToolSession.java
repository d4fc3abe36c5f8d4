package io.xdp4j.tools.session;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.config.assembly.RunningDatapath;
import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.Attachment;
import io.xdp4j.control.ControlServer;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ObjectRequest;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.SnapshotJson;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.InputFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A tool and the datapath it works with.
///
/// Thread: one.
/// Owns: what it loads and attaches, and a datapath that it made itself, until closed.
/// Fails: [CommandException] for options and files, [io.xdp4j.control.ControlException] for what
/// the datapath refuses.
public final class ToolSession implements AutoCloseable {
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final TargetOptions options;
    private final DatapathControl control;
    private final @Nullable RunningDatapath own;
    private final @Nullable ControlServer server;
    private final List<Closeable> kept = new ArrayList<>();
    private final PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);

    private ToolSession(
            TargetOptions options,
            DatapathControl control,
            @Nullable RunningDatapath own,
            @Nullable ControlServer server) {
        this.options = options;
        this.control = control;
        this.own = own;
        this.server = server;
    }

    /// Finds the datapath that has the devices, or makes one.
    ///
    /// @param command the tool's name
    /// @param devices names or interface indexes; empty for any datapath
    public static ToolSession open(TargetOptions options, String command, List<String> devices) {
        Target target = Target.find(options, devices);
        return switch (target) {
            case Target.Running running -> new ToolSession(options, running.control(), null, null);
            case Target.Own made -> own(options, command, RunningDatapath.open(made.config()));
        };
    }

    /// Makes a datapath.
    ///
    /// @param adapt changes its description
    public static ToolSession own(
            TargetOptions options,
            String command,
            List<String> devices,
            UnaryOperator<DatapathConfig> adapt) {
        DatapathConfig config = adapt.apply(Target.own(options, devices).config());
        return own(options, command, RunningDatapath.open(config));
    }

    private static ToolSession own(TargetOptions options, String command, RunningDatapath running) {
        return new ToolSession(
                options,
                running.host().connect(command),
                running,
                ControlServer.openForTools(running.host(), command));
    }

    public DatapathControl control() {
        return control;
    }

    /// Where the tool prints; flushed after each report.
    public PrintWriter out() {
        return out;
    }

    public TargetOptions options() {
        return options;
    }

    /// True for a datapath that ends with the tool.
    public boolean isOwn() {
        return own != null;
    }

    /// The datapath that ends with the tool.
    public Datapath ownDatapath() {
        if (own == null) {
            throw new IllegalStateException("the datapath is of another process");
        }
        return own.datapath();
    }

    /// Emulated CPUs of the datapath.
    public int workers() {
        return control.info().workers();
    }

    // ---- devices

    /// The device with that name or interface index.
    public DeviceInfo device(String nameOrIndex) {
        return RunningDatapaths.device(control, nameOrIndex);
    }

    // ---- objects

    /// Loads the tool's object, or the one that the user named in its place.
    ///
    /// @param name of the object in `samples/bpf`
    /// @param adapt sets globals, sizes, which programs
    public SampleObject load(String name, UnaryOperator<ObjectRequest> adapt) {
        Path file = options.object;
        ObjectRequest request =
                file == null
                        ? ObjectRequest.of(name, SampleObjects.bytes(name))
                        : ObjectRequest.of(String.valueOf(file.getFileName()), read(file));
        return new SampleObject(control, control.load(adapt.apply(request)));
    }

    /// Loads an object of `samples/bpf`, whatever the user named.
    public SampleObject loadOwn(String name, UnaryOperator<ObjectRequest> adapt) {
        ObjectRequest request = ObjectRequest.of(name, SampleObjects.bytes(name));
        return new SampleObject(control, control.load(adapt.apply(request)));
    }

    /// Loads a file.
    public SampleObject loadFile(Path file, UnaryOperator<ObjectRequest> adapt) {
        ObjectRequest request = ObjectRequest.of(String.valueOf(file.getFileName()), read(file));
        return new SampleObject(control, control.load(adapt.apply(request)));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw CommandException.input(
                    file
                            + ": "
                            + InputFiles.reasonAgainst(file)
                            + " (expected: an object file of clang -target bpf)");
        }
    }

    /// Prints the last line of `--json`: what a tool counted, and an own datapath's counters.
    public void printSummary(Map<String, Object> counted, Snapshot end) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", "summary");
        line.putAll(counted);
        if (isOwn()) {
            line.putAll(SnapshotJson.properties(end));
        }
        out.println(JsonText.of(line));
    }

    /// Attaches a program to a device.
    public Attachment attach(ProgramInfo program, DeviceInfo device, AttachOptions how) {
        return control.attach(
                AttachRequest.of(device.ifindex(), program.id())
                        .withMode(how.mode())
                        .withForce(how.force()));
    }

    // ---- life

    /// Has something closed with the session.
    public void keep(Closeable resource) {
        kept.add(resource);
    }

    private static void closed(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Brings the devices of an own datapath up.
    public void start() {
        if (own != null) {
            own.start();
        }
    }

    /// True when nothing more will arrive by itself.
    public boolean isExhausted() {
        return own != null && own.isExhausted();
    }

    /// Stops an own datapath from receiving and lets it drain; the counters afterwards.
    public Snapshot drain() {
        if (own == null) {
            return control.snapshot();
        }
        Ledger ledger = own.datapath().drain(DRAIN_NANOS);
        return own.host().snapshot(ledger);
    }

    @Override
    public void close() {
        out.flush();
        kept.forEach(ToolSession::closed);
        if (server != null) {
            server.close();
        }
        control.close();
        if (own != null) {
            own.close();
        }
    }
}
