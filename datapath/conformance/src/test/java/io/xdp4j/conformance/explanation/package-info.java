/// What the verifier says of programs that it rejects.
@NullMarked
package io.xdp4j.conformance.explanation;

import org.jspecify.annotations.NullMarked;
