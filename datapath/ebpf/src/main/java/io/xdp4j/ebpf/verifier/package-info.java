/// Proves that a program is safe to run with raw memory, or explains why it is not.
@NullMarked
package io.xdp4j.ebpf.verifier;

import org.jspecify.annotations.NullMarked;
