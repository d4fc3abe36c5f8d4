package io.xdp4j.tools;

import io.xdp4j.config.ConfigException;
import io.xdp4j.control.ControlException;
import io.xdp4j.control.json.JsonException;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.XdpAttachException;
import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.collection.RejectedProgramException;
import io.xdp4j.ebpf.testrun.TestRunException;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import io.xdp4j.tools.classic.AdjustTailCommand;
import io.xdp4j.tools.classic.FwdCommand;
import io.xdp4j.tools.classic.MonitorCommand;
import io.xdp4j.tools.classic.RedirectCommand;
import io.xdp4j.tools.classic.RedirectCpuCommand;
import io.xdp4j.tools.classic.RedirectMapCommand;
import io.xdp4j.tools.classic.RedirectMapMultiCommand;
import io.xdp4j.tools.classic.RouterIpv4Command;
import io.xdp4j.tools.classic.RxqInfoCommand;
import io.xdp4j.tools.classic.SamplePktsCommand;
import io.xdp4j.tools.classic.TxIptunnelCommand;
import io.xdp4j.tools.classic.Xdp1Command;
import io.xdp4j.tools.classic.Xdp2Command;
import io.xdp4j.tools.classic.Xdp2SkbMetaCommand;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.exit.StandardOutput;
import io.xdp4j.tools.prog.ProgCommand;
import io.xdp4j.tools.session.Subcommands;
import io.xdp4j.tools.suricata.SuricataCommand;
import io.xdp4j.tools.xdptools.BenchCommand;
import io.xdp4j.tools.xdptools.DumpCommand;
import io.xdp4j.tools.xdptools.FilterCommand;
import io.xdp4j.tools.xdptools.ForwardCommand;
import io.xdp4j.tools.xdptools.LoaderCommand;
import io.xdp4j.tools.xdptools.TrafficgenCommand;
import io.xdp4j.tools.xsk.XdpsockCommand;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The `xdp4j` command.
@Command(
        name = "xdp4j",
        description =
                "An XDP datapath in user space: run, watch and understand XDP without a kernel.",
        mixinStandardHelpOptions = true,
        version = "xdp4j 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            SwitchCommand.class,
            DevicesCommand.class,
            DoctorCommand.class,
            ProgCommand.class,
            Xdp1Command.class,
            Xdp2Command.class,
            AdjustTailCommand.class,
            FwdCommand.class,
            MonitorCommand.class,
            RedirectCommand.class,
            RedirectCpuCommand.class,
            RedirectMapCommand.class,
            RedirectMapMultiCommand.class,
            RouterIpv4Command.class,
            RxqInfoCommand.class,
            SamplePktsCommand.class,
            TxIptunnelCommand.class,
            Xdp2SkbMetaCommand.class,
            XdpsockCommand.class,
            BenchCommand.class,
            TrafficgenCommand.class,
            LoaderCommand.class,
            FilterCommand.class,
            DumpCommand.class,
            ForwardCommand.class,
            SuricataCommand.class,
            HelpCommand.class,
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the verifier rejected the program",
            "2:usage or configuration error",
            "3:an input file is missing or malformed",
            "4:this build or platform does not have it",
            "5:a permission is missing",
            "6:failed at run time",
        })
public final class Xdp4j {
    private Xdp4j() {}

    public static void main(String[] args) {
        StandardOutput out = StandardOutput.install();
        int code = runToEnd(args);
        Optional<String> lost = out.failure();
        lost.ifPresent(why ->
                System.err.println(
                        "xdp4j: standard output: "
                                + why
                                + " (expected: one that can be written; what was printed is lost)"));
        System.exit(lost.isPresent() && code == 0 ? ExitCode.RUNTIME : code);
    }

    /// Nothing but one line reaches the user, whatever happens.
    private static int runToEnd(String[] args) {
        try {
            return run(args);
        } catch (Throwable e) {
            LoggerFactory.getLogger(Xdp4j.class).debug("unexpected", e);
            System.err.println("xdp4j: " + e.toString().lines().findFirst().orElse(""));
            return ExitCode.RUNTIME;
        }
    }

    /// Runs one command and returns its exit code.
    static int run(String... args) {
        CommandLine line = new CommandLine(new Xdp4j());
        OptionWords.register(line);
        line.setParameterExceptionHandler((e, _) -> {
            PrintWriter err = e.getCommandLine().getErr();
            err.println(
                    e.getCommandLine().getCommandSpec().qualifiedName()
                            + ": "
                            + complaint(e)
                            + " (see --help)");
            return ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((e, command, _) -> {
            command.getErr()
                    .println(command.getCommandSpec().qualifiedName() + ": " + firstLine(e));
            verifierLog(e).forEach(command.getErr()::println);
            return exitCode(e);
        });
        return line.execute(args);
    }

    private static String complaint(ParameterException e) {
        CommandLine command = e.getCommandLine();
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && !command.getSubcommands().isEmpty()) {
            return unmatched.getUnmatched().getFirst()
                    + ": no such command (expected: one of "
                    + Subcommands.names(command)
                    + ")";
        }
        return firstLine(e);
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.lines().findFirst().orElse(message);
    }

    /// What the verifier said of a program that it rejected; empty for other failures.
    private static List<String> verifierLog(Exception e) {
        return switch (e) {
            case ControlException refused -> refused.log();
            case RejectedProgramException rejected -> rejected.verification().log();
            default -> List.of();
        };
    }

    private static int exitCode(EbpfException e) {
        return switch (e) {
            case RejectedProgramException rejected -> ExitCode.REJECTED;
            case UnsupportedException unsupported -> ExitCode.UNSUPPORTED;
            case MalformedObjectException malformed -> ExitCode.INPUT;
            case LinkException unresolved -> ExitCode.INPUT;
            case MapException refused -> ExitCode.INPUT;
            case TestRunException refused -> ExitCode.USAGE;
            default -> ExitCode.RUNTIME;
        };
    }

    private static int exitCode(ControlException.Kind kind) {
        return switch (kind) {
            case REJECTED -> ExitCode.REJECTED;
            case USAGE -> ExitCode.USAGE;
            case INPUT -> ExitCode.INPUT;
            case UNSUPPORTED -> ExitCode.UNSUPPORTED;
            case PERMISSION -> ExitCode.PERMISSION;
            case RUNTIME -> ExitCode.RUNTIME;
        };
    }

    private static int exitCode(Exception e) {
        return switch (e) {
            case CommandException ended -> ended.exitCode();
            case JsonException json -> ExitCode.USAGE;
            case ControlException refused -> exitCode(refused.kind());
            case EbpfException engine -> exitCode(engine);
            case ConfigException config -> ExitCode.USAGE;
            case DeviceException device ->
                    switch (device.kind()) {
                        case USAGE -> ExitCode.USAGE;
                        case INPUT -> ExitCode.INPUT;
                        case UNSUPPORTED -> ExitCode.UNSUPPORTED;
                        case PERMISSION -> ExitCode.PERMISSION;
                        case RUNTIME -> ExitCode.RUNTIME;
                    };
            case XdpAttachException attach -> ExitCode.USAGE;
            case NativeException failed ->
                    failed.errno() == Errno.EPERM || failed.errno() == Errno.EACCES
                            ? ExitCode.PERMISSION
                            : ExitCode.RUNTIME;
            default -> {
                LoggerFactory.getLogger(Xdp4j.class).debug("unexpected", e);
                yield ExitCode.RUNTIME;
            }
        };
    }
}
