package io.xdp4j.tools.report;

import picocli.CommandLine.Mixin;

/// A tool with the output and the options of the samples' library.
public abstract class SampleToolCommand extends ReportingCommand {
    private static final int INTERVAL_SECONDS = 2;

    @Mixin private SampleOptions sample;

    protected SampleToolCommand() {
        this(INTERVAL_SECONDS);
    }

    /// @param interval seconds between reports unless the user says otherwise
    protected SampleToolCommand(int interval) {
        sample = new SampleOptions(interval);
    }

    @Override
    protected final ReportOptions reporting() {
        return sample;
    }
}
