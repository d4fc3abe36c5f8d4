/// Tests of io.xdp4j.tools.prog.
@NullMarked
package io.xdp4j.tools.prog;

import org.jspecify.annotations.NullMarked;
