@NullMarked
package io.xdp4j.programs.basic;

import org.jspecify.annotations.NullMarked;
