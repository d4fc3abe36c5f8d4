/// The YAML configuration of a datapath: typed records, their loader, the JSON schema, and the
/// assembly of a datapath from them.
module io.xdp4j.config {
    requires static org.jspecify;
    requires transitive io.xdp4j.control;
    requires transitive io.xdp4j.core;
    requires transitive io.xdp4j.programs;
    requires org.snakeyaml.engine;

    exports io.xdp4j.config;
    exports io.xdp4j.config.assembly;
}
