/// Rings that carry frames between workers.
@NullMarked
package io.xdp4j.core.ring;

import org.jspecify.annotations.NullMarked;
