/// The output that the kernel's samples share: rates per interval with details, totals at the end;
/// and the tables of 2018.
///
/// A [SampleMoment] is what was counted up to a moment: by the program (`rx_cnt`) and by the
/// tracepoints. [SampleText], [ClassicCpuMapTable] and [ClassicMonitorTable] turn two moments into
/// lines; [SampleTotals] and [SampleJson] do the rest. [SampleToolCommand] runs all that for a tool.
@NullMarked
package io.xdp4j.tools.report;

import org.jspecify.annotations.NullMarked;
