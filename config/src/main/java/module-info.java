/// The YAML configuration of a datapath: typed records, their loader, the JSON schema.
module io.xdp4j.config {
    requires static org.jspecify;
    requires org.snakeyaml.engine;

    exports io.xdp4j.config;
}
