/// XDP programs and what they answer.
@NullMarked
package io.xdp4j.core.program;

import org.jspecify.annotations.NullMarked;
