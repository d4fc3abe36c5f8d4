/// What the documents say about the tree.
@NullMarked
package io.xdp4j.conformance.docs;

import org.jspecify.annotations.NullMarked;
