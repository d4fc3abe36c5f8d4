package io.xdp4j.tools.report;

import java.util.List;

/// The lines of one interval.
@FunctionalInterface
public interface ReportTable {
    List<String> lines(SampleMoment before, SampleMoment now);
}
