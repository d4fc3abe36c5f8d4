/// Reading and writing JSON, one value at a time.
@NullMarked
package io.xdp4j.control.json;

import org.jspecify.annotations.NullMarked;
