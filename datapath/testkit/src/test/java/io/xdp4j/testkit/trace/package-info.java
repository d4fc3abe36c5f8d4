/// Tests of tracepoints.
@NullMarked
package io.xdp4j.testkit.trace;

import org.jspecify.annotations.NullMarked;
