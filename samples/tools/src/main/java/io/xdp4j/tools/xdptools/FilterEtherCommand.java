package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.tools.session.Macs;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `xdp4j filter ether`.
@Command(
        name = "ether",
        description = "Add or remove a MAC address.",
        mixinStandardHelpOptions = true)
final class FilterEtherCommand extends FilterRuleCommand {
    @Parameters(paramLabel = "ADDR", description = "MAC address")
    private String address = "";

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        byte[] key = Macs.parse("address", address);
        FilterState filter = filter(control);
        change(filter, filter.etherMap(), key, 0, false, FilterText::macs, out);
    }
}
