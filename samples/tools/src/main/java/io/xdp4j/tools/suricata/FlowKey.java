package io.xdp4j.tools.suricata;

import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.IpText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One direction of a flow, as the programs have it.
///
/// As text: `tcp 10.0.0.1:1024 > 10.0.0.2:443 vlan 3.4`, IPv6 addresses in brackets.
///
/// Thread: any; immutable.
///
/// @param source address it comes from
/// @param sourcePort its port
/// @param destination address it goes to
/// @param destinationPort its port
/// @param isTcp UDP otherwise
/// @param vlan0 outer tag, 0 for none
/// @param vlan1 inner tag, 0 for none
record FlowKey(
        InetAddress source,
        int sourcePort,
        InetAddress destination,
        int destinationPort,
        boolean isTcp,
        int vlan0,
        int vlan1) {
    private static final Pattern FORM =
            Pattern.compile(
                    "(tcp|udp)[ :](\\S+):(\\d{1,5})\\s*(?:->|>)\\s*(\\S+):(\\d{1,5})"
                            + "(?:\\s+vlan\\s+(\\d{1,4})(?:\\.(\\d{1,4}))?)?");

    private static final int MAX_PORT = 65535;
    private static final int MAX_VLAN = 4095;
    private static final int KEY4_BYTES = 16;
    private static final int KEY6_BYTES = 40;

    /// Reads the text form.
    static FlowKey parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw invalid(text);
        }
        try {
            return checked(
                    text,
                    new FlowKey(
                            address(form.group(2)),
                            Integer.parseInt(form.group(3)),
                            address(form.group(4)),
                            Integer.parseInt(form.group(5)),
                            form.group(1).equals("tcp"),
                            form.group(6) == null ? 0 : Integer.parseInt(form.group(6)),
                            form.group(7) == null ? 0 : Integer.parseInt(form.group(7))));
        } catch (IllegalArgumentException e) {
            throw invalid(text);
        }
    }

    private static FlowKey checked(String text, FlowKey flow) {
        boolean oneFamily = flow.source.getAddress().length == flow.destination.getAddress().length;
        if (!oneFamily
                || Math.max(flow.sourcePort, flow.destinationPort) > MAX_PORT
                || Math.max(flow.vlan0, flow.vlan1) > MAX_VLAN) {
            throw invalid(text);
        }
        return flow;
    }

    private static InetAddress address(String text) {
        boolean brackets = text.startsWith("[") && text.endsWith("]");
        return InetAddress.ofLiteral(brackets ? text.substring(1, text.length() - 1) : text);
    }

    private static CommandException invalid(String text) {
        return CommandException.usage(
                "flow: "
                        + text
                        + " (expected: like 'tcp 10.0.0.1:1024 > 10.0.0.2:443', IPv6 addresses in"
                        + " brackets, 'vlan 3' or 'vlan 3.4' behind it)");
    }

    boolean isIpv4() {
        return source.getAddress().length == Integer.BYTES;
    }

    /// The other direction.
    FlowKey reversed() {
        return new FlowKey(destination, destinationPort, source, sourcePort, isTcp, vlan0, vlan1);
    }

    /// `struct flow4_key` or `struct flow6_key`.
    byte[] bytes() {
        ByteBuffer key =
                ByteBuffer.allocate(isIpv4() ? KEY4_BYTES : KEY6_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        key.put(source.getAddress()).put(destination.getAddress());
        key.put((byte) (sourcePort >>> 8)).put((byte) sourcePort);
        key.put((byte) (destinationPort >>> 8)).put((byte) destinationPort);
        key.putShort((short) ((isTcp ? 1 : 0) | vlan0 << 1)).putShort((short) vlan1);
        return key.array();
    }

    /// Reads a key of either table.
    static FlowKey of(byte[] bytes) {
        ByteBuffer key = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        byte[] source = new byte[bytes.length == KEY4_BYTES ? Integer.BYTES : 4 * Integer.BYTES];
        byte[] destination = new byte[source.length];
        key.get(source).get(destination);
        int sourcePort = (key.get() & 0xff) << 8 | (key.get() & 0xff);
        int destinationPort = (key.get() & 0xff) << 8 | (key.get() & 0xff);
        int protocolAndVlan = key.getShort() & 0xffff;
        int vlan1 = key.getShort() & 0xffff;
        try {
            return new FlowKey(
                    InetAddress.getByAddress(source),
                    sourcePort,
                    InetAddress.getByAddress(destination),
                    destinationPort,
                    (protocolAndVlan & 1) != 0,
                    protocolAndVlan >>> 1,
                    vlan1);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private String end(InetAddress address, int port) {
        String text = IpText.of(address);
        return (isIpv4() ? text : "[" + text + "]") + ":" + port;
    }

    @Override
    public String toString() {
        String vlans = vlan1 == 0 ? String.valueOf(vlan0) : vlan0 + "." + vlan1;
        return (isTcp ? "tcp " : "udp ")
                + end(source, sourcePort)
                + " > "
                + end(destination, destinationPort)
                + (vlan0 == 0 ? "" : " vlan " + vlans);
    }
}
