/// Tests of the testkit.
@NullMarked
package io.xdp4j.testkit;

import org.jspecify.annotations.NullMarked;
