/// The command line.
module io.xdp4j.tools {
    requires static org.jspecify;
    requires info.picocli;
    requires io.xdp4j.afxdp;
    requires io.xdp4j.config;
    requires io.xdp4j.control;
    requires io.xdp4j.core;
    requires io.xdp4j.ebpf;
    requires io.xdp4j.linux;
    requires io.xdp4j.packet;
    requires io.xdp4j.programs;
    requires org.jline;
    requires org.slf4j;
    requires tools.jackson.core;

    opens io.xdp4j.tools to
            info.picocli;
    opens io.xdp4j.tools.classic to
            info.picocli;
    opens io.xdp4j.tools.forward to
            info.picocli;
    opens io.xdp4j.tools.prog to
            info.picocli;
    opens io.xdp4j.tools.report to
            info.picocli;
    opens io.xdp4j.tools.session to
            info.picocli;
    opens io.xdp4j.tools.suricata to
            info.picocli;
    opens io.xdp4j.tools.xdptools to
            info.picocli;
    opens io.xdp4j.tools.xsk to
            info.picocli;

    uses io.xdp4j.core.device.NetDeviceProvider;
}
