/// Tests of the verifier.
@NullMarked
package io.xdp4j.ebpf.verifier;

import org.jspecify.annotations.NullMarked;
