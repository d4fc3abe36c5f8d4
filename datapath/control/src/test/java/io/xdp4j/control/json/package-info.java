/// Tests of io.xdp4j.control.json.
@NullMarked
package io.xdp4j.control.json;

import org.jspecify.annotations.NullMarked;
