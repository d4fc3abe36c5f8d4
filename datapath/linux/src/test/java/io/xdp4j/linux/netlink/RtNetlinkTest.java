package io.xdp4j.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.xdp4j.linux.NeedsNetNamespaces;
import io.xdp4j.linux.NetNamespace;
import io.xdp4j.linux.TestNamespace;
import io.xdp4j.linux.device.IfReq;
import io.xdp4j.linux.device.MacAddress;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsNetNamespaces
class RtNetlinkTest {
    private TestNamespace namespace;
    private RtNetlink netlink;

    @BeforeEach
    void open() {
        namespace = TestNamespace.withVeth();
        try (NetNamespace _ = namespace.enter()) {
            netlink = RtNetlink.open();
        }
    }

    @AfterEach
    void close() {
        netlink.close();
        namespace.close();
    }

    private LinkInfo link(String name) {
        return netlink.link(name).orElseThrow();
    }

    @Test
    void listsAllDevices() {
        assertThat(netlink.links())
                .extracting(LinkInfo::name)
                .containsExactlyInAnyOrder("lo", "left", "right");
        assertThat(link("lo").isLoopback()).isTrue();
        assertThat(link("lo").kind()).isEmpty();
        assertThat(link("lo").isUp()).isFalse();
        assertThat(netlink.link("none")).isEmpty();
    }

    @Test
    void describesVeth() {
        namespace.ip("link set left address 02:00:5e:10:00:01 mtu 2000");
        LinkInfo left = link("left");
        assertThat(left.kind()).isEqualTo("veth");
        assertThat(left.address()).isEqualTo(MacAddress.parse("02:00:5e:10:00:01"));
        assertThat(left.mtuBytes()).isEqualTo(2000);
        assertThat(left.rxQueues()).isEqualTo(2);
        assertThat(left.txQueues()).isEqualTo(3);
        assertThat(left.linkIfindex()).isEqualTo(link("right").ifindex());
        assertThat(left.linkNetnsId()).isEqualTo(-1);
        assertThat(left.masterIfindex()).isZero();
        assertThat(left.isUp()).isTrue();
        assertThat(left.isRunning()).isTrue();
        assertThat(left.carrier()).isTrue();
        assertThat(left.operState()).isEqualTo(OperState.UP);
        assertThat(netlink.link(left.ifindex())).contains(left);
    }

    @Test
    void listsRoutesOfEveryKind() throws Exception {
        namespace.ip("addr add 10.8.0.1/24 dev left");
        namespace.ip("route add 10.9.0.0/16 via 10.8.0.2 metric 7 mtu lock 1400");
        namespace.ip("route add prohibit 10.10.0.0/16");
        namespace.ip("-6 route add fd09::/32 dev right table 200");
        InetAddress gateway = InetAddress.getByName("10.8.0.2");
        assertThat(netlink.routes())
                .extracting(
                        RouteInfo::table,
                        RouteInfo::type,
                        RouteInfo::destination,
                        RouteInfo::prefixLength,
                        RouteInfo::gateway,
                        RouteInfo::ifindex,
                        RouteInfo::priority,
                        RouteInfo::mtuBytes)
                .contains(
                        tuple(
                                254,
                                RouteInfo.RTN_UNICAST,
                                InetAddress.getByName("10.9.0.0"),
                                16,
                                gateway,
                                link("left").ifindex(),
                                7,
                                1400),
                        tuple(
                                254,
                                RouteInfo.RTN_PROHIBIT,
                                InetAddress.getByName("10.10.0.0"),
                                16,
                                null,
                                0,
                                0,
                                0),
                        tuple(
                                255,
                                RouteInfo.RTN_LOCAL,
                                InetAddress.getByName("10.8.0.1"),
                                32,
                                null,
                                link("left").ifindex(),
                                0,
                                0),
                        tuple(
                                200,
                                RouteInfo.RTN_UNICAST,
                                InetAddress.getByName("fd09::"),
                                32,
                                null,
                                link("right").ifindex(),
                                1024,
                                0));
    }

    @Test
    void listsNeighboursAndWhoForwards() throws Exception {
        namespace.ip("neigh add 10.8.0.9 lladdr 02:00:5e:10:00:09 dev left");
        InetAddress address = InetAddress.getByName("10.8.0.9");
        assertThat(netlink.neighbours())
                .filteredOn(NeighbourInfo::isValid)
                .extracting(NeighbourInfo::address, NeighbourInfo::linkAddress)
                .contains(tuple(address, MacAddress.parse("02:00:5e:10:00:09")));
        int left = link("left").ifindex();
        assertThat(netlink.forwarding())
                .extracting(ForwardingInfo::isV6, ForwardingInfo::ifindex)
                .contains(tuple(false, left), tuple(true, left), tuple(true, ForwardingInfo.ALL));
    }

    @Test
    void askedToResolveTheKernelLooksForTheNeighbour() throws Exception {
        namespace.ip("addr add 10.8.0.1/24 dev left");
        InetAddress address = InetAddress.getByName("10.8.0.77");
        netlink.resolve(link("left").ifindex(), address);
        assertThat(netlink.neighbours())
                .filteredOn(neighbour -> neighbour.address().equals(address))
                .hasSize(1)
                .noneMatch(NeighbourInfo::isValid);
    }

    @Test
    void peerDownTakesTheCarrier() {
        namespace.ip("link set right down");
        LinkInfo left =
                namespace.awaitLink("left", link -> link.operState() == OperState.LOWER_LAYER_DOWN);
        assertThat(left.isUp()).isTrue();
        assertThat(left.carrier()).isFalse();
        assertThat(left.isRunning()).isFalse();
    }

    @Test
    void peerInAnotherNamespaceHasItsId() {
        try (TestNamespace other = TestNamespace.create()) {
            namespace.ip("link set right netns " + other.name());
            assertThat(link("left").linkNetnsId()).isNotNegative();
        }
    }

    @Test
    void memberOfABridgeNamesItsMaster() {
        namespace.ip("link add bridge0 type bridge");
        namespace.ip("link set left master bridge0");
        assertThat(link("left").masterIfindex()).isEqualTo(link("bridge0").ifindex());
    }

    @Test
    void listsAddresses() throws Exception {
        namespace.ip("addr add 10.1.2.3/24 dev left");
        namespace.ip("addr add 2001:db8::1/64 dev left nodad");
        int ifindex = link("left").ifindex();
        assertThat(netlink.addresses())
                .extracting(AddressInfo::ifindex, AddressInfo::address, AddressInfo::prefixLength)
                .containsExactlyInAnyOrder(
                        tuple(ifindex, InetAddress.getByName("10.1.2.3"), 24),
                        tuple(ifindex, InetAddress.getByName("2001:db8::1"), 64));
    }

    @Test
    void listLongerThanOneDatagramIsWhole() {
        for (int i = 0; i < 60; i++) {
            namespace.ip("link add dummy-" + i + " type bridge");
        }
        assertThat(netlink.links()).hasSize(63).extracting(LinkInfo::name).doesNotHaveDuplicates();
    }

    @Test
    void flagsAgreeWithIoctl() {
        try (NetNamespace _ = namespace.enter();
                IfReq ifReq = IfReq.open()) {
            assertThat(link("left").flags() & 0xffff).isEqualTo(ifReq.flags("left"));
        }
    }
}
