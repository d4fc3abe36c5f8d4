/// The command-line contract.
@NullMarked
package io.xdp4j.conformance.cli;

import org.jspecify.annotations.NullMarked;
