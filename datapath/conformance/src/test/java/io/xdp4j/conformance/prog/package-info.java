/// The engine against the live kernel, and against vectors of public suites.
@NullMarked
package io.xdp4j.conformance.prog;

import org.jspecify.annotations.NullMarked;
