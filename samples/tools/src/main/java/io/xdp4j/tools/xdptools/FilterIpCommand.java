package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.tools.session.IpText;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `xdp4j filter ip`.
@Command(name = "ip", description = "Add or remove an IP address.", mixinStandardHelpOptions = true)
final class FilterIpCommand extends FilterRuleCommand {
    @Parameters(paramLabel = "ADDR", description = "IPv4 or IPv6 address")
    private String address = "";

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        byte[] key = IpText.parse("address", address).getAddress();
        FilterState filter = filter(control);
        change(filter, filter.addressMap(key), key, 0, false, FilterText::addresses, out);
    }
}
