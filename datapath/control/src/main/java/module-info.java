/// How tools see and change a running datapath, in their own process or over a socket.
module io.xdp4j.control {
    requires static org.jspecify;
    requires transitive io.xdp4j.core;
    requires transitive io.xdp4j.ebpf;
    requires org.slf4j;
    requires tools.jackson.core;

    exports io.xdp4j.control;
    exports io.xdp4j.control.json;
}
