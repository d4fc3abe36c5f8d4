/// Says which way to an interface works on this machine, and why not the better one.
@NullMarked
package io.xdp4j.afxdp.doctor;

import org.jspecify.annotations.NullMarked;
