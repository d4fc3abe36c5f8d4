/// Tracepoints, drop reasons and the frame ledger.
@NullMarked
package io.xdp4j.core.trace;

import org.jspecify.annotations.NullMarked;
