/// The smallest program.
module io.xdp4j.minimal {
    requires static org.jspecify;
    requires io.xdp4j.core;

    exports io.xdp4j.minimal;
}
