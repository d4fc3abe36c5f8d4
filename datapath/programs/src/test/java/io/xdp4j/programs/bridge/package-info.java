@NullMarked
package io.xdp4j.programs.bridge;

import org.jspecify.annotations.NullMarked;
