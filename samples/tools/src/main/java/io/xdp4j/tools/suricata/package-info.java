/// Suricata's XDP programs with a user side: `xdp_lb` spreads flows over consumers, `xdp_filter`
/// bypasses flows that need no more inspection.
@NullMarked
package io.xdp4j.tools.suricata;

import org.jspecify.annotations.NullMarked;
