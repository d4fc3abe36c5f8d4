/// Redirect maps, their bulk queues, and the redirect record.
@NullMarked
package io.xdp4j.core.redirect;

import org.jspecify.annotations.NullMarked;
