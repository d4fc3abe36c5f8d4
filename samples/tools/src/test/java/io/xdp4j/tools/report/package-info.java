/// Tests of the common output.
@NullMarked
package io.xdp4j.tools.report;

import org.jspecify.annotations.NullMarked;
