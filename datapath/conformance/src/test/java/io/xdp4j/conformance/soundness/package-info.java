/// What the verifier accepts never trips checked memory.
@NullMarked
package io.xdp4j.conformance.soundness;

import org.jspecify.annotations.NullMarked;
