@NullMarked
package io.xdp4j.programs;

import org.jspecify.annotations.NullMarked;
