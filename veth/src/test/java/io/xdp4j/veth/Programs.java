package io.xdp4j.veth;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;

/// Programs of a line.
final class Programs {
    static final XdpProgram PASS = xdp -> XDP_PASS;
    static final XdpProgram DROP = xdp -> XDP_DROP;
    static final XdpProgram TX = xdp -> XDP_TX;

    private Programs() {}

    static XdpProgram redirectTo(NetDevice device) {
        int ifindex = device.ifindex();
        return xdp -> xdp.redirect(ifindex, 0);
    }

    /// The same program, for packets of several chunks too.
    static XdpProgram frags(XdpProgram program) {
        return new XdpProgram() {
            @Override
            public int run(XdpBuff xdp) {
                return program.run(xdp);
            }

            @Override
            public boolean hasFrags() {
                return true;
            }
        };
    }
}
