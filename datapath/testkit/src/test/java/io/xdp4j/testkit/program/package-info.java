/// Tests of the core's programs and what is done with their answers, as their user sees them.
@NullMarked
package io.xdp4j.testkit.program;

import org.jspecify.annotations.NullMarked;
