/// What every package of the engine shares: errors, errno, the hot-path mark.
@NullMarked
package io.xdp4j.ebpf;

import org.jspecify.annotations.NullMarked;
