/// Programs that give every packet the same answer, for configurations and benchmarks.
@NullMarked
package io.xdp4j.programs.basic;

import org.jspecify.annotations.NullMarked;
