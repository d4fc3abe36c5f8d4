/// Runs the command line as its users do: as a process, by its exit code and its two streams.
@NullMarked
package io.xdp4j.conformance.tool;

import org.jspecify.annotations.NullMarked;
