package io.xdp4j.conformance.netns;

import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;

/// A program of a user: joins the first two links of a namespace, 2 and 3, and takes no frames of
/// several chunks.
public final class CrossConnect implements XdpProgram {
    private static final int BOTH = 2 + 3;

    @Override
    public int run(XdpBuff xdp) {
        return xdp.redirect(BOTH - xdp.ingressIfindex(), 0);
    }
}
