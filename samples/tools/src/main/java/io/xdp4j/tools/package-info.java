/// The `xdp4j` command and its subcommands.
@NullMarked
package io.xdp4j.tools;

import org.jspecify.annotations.NullMarked;
