package io.xdp4j.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.linux.NeedsNetNamespaces;
import io.xdp4j.linux.NetNamespace;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.TestNamespace;
import io.xdp4j.linux.device.IfReq;
import io.xdp4j.linux.netlink.NetlinkEvent.AddressChanged;
import io.xdp4j.linux.netlink.NetlinkEvent.AddressRemoved;
import io.xdp4j.linux.netlink.NetlinkEvent.LinkChanged;
import io.xdp4j.linux.netlink.NetlinkEvent.LinkRemoved;
import io.xdp4j.linux.netlink.NetlinkEvent.Overrun;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsNetNamespaces
class NetlinkMonitorTest {
    private final List<NetlinkEvent> events = new ArrayList<>();
    private TestNamespace namespace;
    private NetlinkMonitor monitor;

    @BeforeEach
    void open() {
        namespace = TestNamespace.withVeth();
        try (NetNamespace _ = namespace.enter()) {
            monitor = NetlinkMonitor.open();
        }
    }

    @AfterEach
    void close() {
        monitor.close();
        namespace.close();
    }

    /// Receives until an event of `type` matches, and returns it. Carrier changes come late, from
    /// the kernel's link watch.
    private <T extends NetlinkEvent> T await(Class<T> type, Predicate<T> predicate) {
        while (true) {
            for (NetlinkEvent event : events) {
                if (type.isInstance(event) && predicate.test(type.cast(event))) {
                    return type.cast(event);
                }
            }
            assertThat(PollSet.pollOne(monitor.fd(), PollSet.POLLIN, 10_000))
                    .as("events so far: %s", events)
                    .isNotZero();
            monitor.receive(events::add);
        }
    }

    @Test
    void nothingHappensAtFirst() {
        monitor.receive(event -> {});
        assertThat(monitor.receive(events::add)).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    void downAndUpAreChanges() {
        namespace.ip("link set left down");
        LinkInfo down = await(LinkChanged.class, e -> named(e, "left") && !e.link().isUp()).link();
        assertThat(down.kind()).isEqualTo("veth");
        await(LinkChanged.class, e -> named(e, "right") && !e.link().carrier());

        events.clear();
        namespace.ip("link set left up");
        await(LinkChanged.class, e -> named(e, "left") && e.link().isUp());
        await(LinkChanged.class, e -> named(e, "right") && e.link().carrier());
    }

    private static boolean named(LinkChanged event, String name) {
        return event.link().name().equals(name);
    }

    @Test
    void deletedDeviceIsRemoved() {
        namespace.ip("link add gone type bridge");
        int ifindex = await(LinkChanged.class, e -> named(e, "gone")).link().ifindex();
        namespace.ip("link delete gone");
        assertThat(await(LinkRemoved.class, e -> e.name().equals("gone")).ifindex())
                .isEqualTo(ifindex);
    }

    @Test
    void leavingABridgeIsNoRemoval() {
        namespace.ip("link add bridge0 type bridge");
        namespace.ip("link set left master bridge0");
        await(LinkChanged.class, e -> named(e, "left") && e.link().masterIfindex() != 0);
        events.clear();
        namespace.ip("link set left nomaster");
        await(LinkChanged.class, e -> named(e, "left") && e.link().masterIfindex() == 0);
        namespace.ip("link add last type bridge");
        await(LinkChanged.class, e -> named(e, "last"));
        assertThat(events).noneMatch(LinkRemoved.class::isInstance);
    }

    @Test
    void addressesComeAndGo() {
        namespace.ip("addr add 10.1.2.3/24 dev left");
        AddressInfo added = await(AddressChanged.class, e -> true).address();
        assertThat(added.address().getHostAddress()).isEqualTo("10.1.2.3");
        namespace.ip("addr del 10.1.2.3/24 dev left");
        assertThat(await(AddressRemoved.class, e -> true).address().address())
                .isEqualTo(added.address());
    }

    @Test
    void fullBufferIsAnOverrunAndEventsGoOn() {
        monitor.setReceiveBuffer(1);
        try (NetNamespace _ = namespace.enter();
                IfReq ifReq = IfReq.open()) {
            for (int mtu = 1000; mtu < 1050; mtu++) {
                ifReq.setMtu("left", mtu);
            }
            await(Overrun.class, e -> true);

            events.clear();
            ifReq.setMtu("left", 1400);
            await(LinkChanged.class, e -> e.link().mtuBytes() == 1400);
        }
    }

    @Test
    void tellsOfRoutesAndNeighbours() {
        monitor.close();
        try (NetNamespace _ = namespace.enter()) {
            monitor = NetlinkMonitor.open(NetlinkMonitor.FORWARDING_GROUPS);
        }
        namespace.ip("route add 10.9.0.0/16 dev left");
        await(NetlinkEvent.RouteChanged.class, event -> event.route().prefixLength() == 16);
        namespace.ip("route del 10.9.0.0/16 dev left");
        await(NetlinkEvent.RouteRemoved.class, event -> event.route().prefixLength() == 16);
        namespace.ip("neigh add 10.9.0.1 lladdr 02:00:5e:10:00:09 dev left");
        await(NetlinkEvent.NeighbourChanged.class, event -> event.neighbour().isValid());
        namespace.ip("neigh del 10.9.0.1 dev left");
        await(NetlinkEvent.NeighbourRemoved.class, _ -> true);
    }
}
