/// Tests of io.xdp4j.tools.json.
@NullMarked
package io.xdp4j.tools.json;

import org.jspecify.annotations.NullMarked;
