/// Tests of the core's redirects and redirect maps, as their user sees them.
@NullMarked
package io.xdp4j.testkit.redirect;

import org.jspecify.annotations.NullMarked;
