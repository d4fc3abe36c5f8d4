/// Helpers and kfuncs: one declaration and one method each.
@NullMarked
package io.xdp4j.ebpf.helper;

import org.jspecify.annotations.NullMarked;
