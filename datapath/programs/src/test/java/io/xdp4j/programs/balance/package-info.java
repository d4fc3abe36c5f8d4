@NullMarked
package io.xdp4j.programs.balance;

import org.jspecify.annotations.NullMarked;
