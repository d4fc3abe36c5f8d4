/// What every tool stands on: which datapath it works with, its eBPF object, and its life from the
/// first option to the exit summary.
///
/// A tool is a picocli command that extends [ToolCommand] and is listed in `Xdp4j`. It says which
/// devices it names, and does four things when asked to:
///
/// ```java
/// @Command(name = "xdp_count", description = "Count packets.", mixinStandardHelpOptions = true)
/// public final class XdpCountCommand extends ToolCommand {
///     @Option(names = {"-d", "--dev"}, required = true, description = "device")
///     private String device = "";
///
///     @Mixin private AttachOptions attach = new AttachOptions();   // -S, -F
///
///     private @Nullable SampleObject object;
///
///     protected List<String> devices() {
///         return List.of(device);
///     }
///
///     protected void prepare(ToolSession session) {                // load, fill, attach
///         object = session.load("xdp_count.bpf.o", request -> request.withGlobal(...));
///         session.attach(object.program("xdp_count"), session.device(device), attach);
///     }
///
///     protected void report(ToolSession session) {                 // each interval
///         session.out().println(object.sumU64("counts", 0) + " packets");
///     }
///
///     protected void summary(ToolSession session, Snapshot end) {} // after the drain
/// }
/// ```
///
/// [ToolSession] finds the datapath (`TargetOptions`): the running one that has the device, one of
/// its own over host interfaces, or one made of `--config FILE.yaml`. Ctrl-C, SIGTERM, `--duration`
/// and the end of a replay all lead to the same end: stop receiving and drain (an own datapath),
/// `summary`, detach, free, exit code 0. Objects come out of `samples/bpf` unless `--object FILE`
/// names another. All failures are exceptions of one line whose exit code `Xdp4j` knows:
/// `CommandException`, `ControlException`, `ConfigException`.
///
/// The common output of the kernel's sample library is in `io.xdp4j.tools.report`; a tool with that
/// output extends `SampleToolCommand` instead, and only prepares.
@NullMarked
package io.xdp4j.tools.session;

import org.jspecify.annotations.NullMarked;
