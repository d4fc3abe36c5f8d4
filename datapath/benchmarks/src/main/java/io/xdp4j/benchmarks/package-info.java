/// Benchmarks: JMH micro benchmarks and packet-rate runs.
@NullMarked
package io.xdp4j.benchmarks;

import org.jspecify.annotations.NullMarked;
