/// What tests of the datapath and its devices share: frames, a fake NIC, ledger assertions, network
/// namespaces.
module io.xdp4j.testkit {
    requires static org.jspecify;
    requires transitive io.xdp4j.core;
    requires transitive org.assertj.core;
    requires transitive org.junit.jupiter.api;

    exports io.xdp4j.testkit;
    exports io.xdp4j.testkit.ebpf;
}
