/// Tests of the whole project: its shape, its documents, its tools, and its devices on real links.
@NullMarked
package io.xdp4j.conformance;

import org.jspecify.annotations.NullMarked;
