/// A program in Java and the few lines that run it.
@NullMarked
package io.xdp4j.minimal;

import org.jspecify.annotations.NullMarked;
