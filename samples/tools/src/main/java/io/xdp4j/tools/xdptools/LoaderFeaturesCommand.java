package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.session.ControlCommand;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `xdp4j loader features`.
@Command(
        name = "features",
        description = "Show what a device can do with XDP.",
        mixinStandardHelpOptions = true)
final class LoaderFeaturesCommand extends ControlCommand {
    @Parameters(paramLabel = "IFNAME", description = "device: name or interface index")
    private String device = "";

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        device(control, device);
        Map<String, Boolean> features = features();
        if (json()) {
            out.println(JsonText.of(features));
            return;
        }
        features.forEach(
                (name, has) -> out.println("%-32s%s".formatted(name + ":", has ? "yes" : "no")));
    }

    /// Every device of a datapath is driven by it and can do the same; hardware is behind none.
    private static Map<String, Boolean> features() {
        Map<String, Boolean> features = new LinkedHashMap<>();
        features.put("NETDEV_XDP_ACT_BASIC", true);
        features.put("NETDEV_XDP_ACT_REDIRECT", true);
        features.put("NETDEV_XDP_ACT_NDO_XMIT", true);
        features.put("NETDEV_XDP_ACT_XSK_ZEROCOPY", false);
        features.put("NETDEV_XDP_ACT_HW_OFFLOAD", false);
        features.put("NETDEV_XDP_ACT_RX_SG", true);
        features.put("NETDEV_XDP_ACT_NDO_XMIT_SG", true);
        return features;
    }
}
