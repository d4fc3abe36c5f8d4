package io.xdp4j.core.bpf;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.IpPrefix;
import io.xdp4j.ebpf.vm.World;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The network that a datapath's programs look up: its devices, the entries it is given, and the
/// host's interfaces, routes and neighbours where it follows the host.
///
/// ```java
/// try (Fib fib = Fib.followingHost(datapath, FibEntries.NONE)) { ... }
/// ```
///
/// Thread: any.
/// Owns: two netlink sockets and a thread while it follows the host, until closed.
/// Fails: an [io.xdp4j.linux.NativeException] when the host cannot be asked.
/// Kernel: what `bpf_fib_lookup` and `bpf_check_mtu` read of a network namespace.
public final class Fib implements AutoCloseable {
    private final Datapath datapath;
    private final FibEntries entries;
    private @Nullable HostFib host;

    private Fib(Datapath datapath, FibEntries entries) {
        this.datapath = datapath;
        this.entries = entries;
    }

    /// The devices and the entries; the host's interfaces are not in it.
    public static Fib of(Datapath datapath, FibEntries entries) {
        Fib fib = new Fib(datapath, entries);
        fib.refresh();
        return fib;
    }

    /// The same, and all that the network namespace of this thread has, now and as it changes.
    ///
    /// Neighbours that lookups miss are found out by the host, which takes CAP_NET_ADMIN.
    public static Fib followingHost(Datapath datapath, FibEntries entries) {
        Fib fib = new Fib(datapath, entries);
        HostFib host = HostFib.open(datapath, fib::refresh);
        fib.host = host;
        fib.refresh();
        host.start();
        return fib;
    }

    /// Takes in what has changed of the devices: they are looked at when this is called, and when
    /// something of the host changes. One at a time, so that no older picture replaces a newer one.
    public synchronized void refresh() {
        HostFib followed = host;
        BpfRuntime bpf = datapath.bpf();
        bpf.world(build(followed == null ? HostPicture.NONE : followed.picture()));
    }

    private World build(HostPicture picture) {
        World.Builder builder = new World.Builder();
        List<NetDevice> devices = datapath.devices();
        for (NetDevice device : devices) {
            World.Interface behind = picture.behind(device);
            List<IpPrefix> own = addressesOf(device.name());
            builder.add(behind == null ? emulated(device, own) : real(device, behind, own), own);
        }
        picture.addTo(builder, devices, this::forwarding);
        entries.routes().forEach(route -> add(builder, route));
        entries.neighbours().forEach(neighbour -> add(builder, neighbour));
        return builder.build();
    }

    private List<IpPrefix> addressesOf(String device) {
        return entries.addresses().stream()
                .filter(address -> address.device().equals(device))
                .map(FibEntries.Address::address)
                .toList();
    }

    private World.Interface emulated(NetDevice device, List<IpPrefix> own) {
        return forwarding(
                new World.Interface(
                        device.ifindex(),
                        device.name(),
                        device.mac(),
                        device.mtu(),
                        device.isUp(),
                        own,
                        false,
                        false));
    }

    private World.Interface real(NetDevice device, World.Interface behind, List<IpPrefix> own) {
        List<IpPrefix> addresses = new ArrayList<>(behind.addresses());
        addresses.addAll(own);
        return forwarding(
                new World.Interface(
                        device.ifindex(),
                        device.name(),
                        behind.mac(),
                        behind.mtu(),
                        behind.isUp(),
                        addresses,
                        behind.forwardsIpv4(),
                        behind.forwardsIpv6()));
    }

    private World.Interface forwarding(World.Interface of) {
        return new World.Interface(
                of.ifindex(),
                of.name(),
                of.mac(),
                of.mtu(),
                of.isUp(),
                of.addresses(),
                entries.forwardsIpv4().orElse(of.forwardsIpv4()),
                entries.forwardsIpv6().orElse(of.forwardsIpv6()));
    }

    private void add(World.Builder builder, FibEntries.Route route) {
        int ifindex = ifindex(route.device());
        if (ifindex != 0 || route.device().isEmpty()) {
            builder.add(
                    new World.Route(
                            World.TABLE_MAIN,
                            route.destination(),
                            route.kind(),
                            route.via(),
                            ifindex,
                            route.metric(),
                            null));
        }
    }

    private void add(World.Builder builder, FibEntries.Neighbour neighbour) {
        int ifindex = ifindex(neighbour.device());
        if (ifindex != 0) {
            builder.add(new World.Neighbour(neighbour.address(), neighbour.mac(), ifindex));
        }
    }

    private int ifindex(String device) {
        return datapath.device(device).map(NetDevice::ifindex).orElse(0);
    }

    @Override
    public void close() {
        HostFib followed = host;
        if (followed != null) {
            followed.close();
        }
    }
}
