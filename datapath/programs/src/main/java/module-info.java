/// XDP programs written in Java: the learning switch, the flow load balancer, and the basic ones.
module io.xdp4j.programs {
    requires static org.jspecify;
    requires transitive io.xdp4j.core;
    requires org.slf4j;

    exports io.xdp4j.programs.balance;
    exports io.xdp4j.programs.basic;
    exports io.xdp4j.programs.bridge;
}
