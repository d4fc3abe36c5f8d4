/// How commands end.
@NullMarked
package io.xdp4j.tools.exit;

import org.jspecify.annotations.NullMarked;
