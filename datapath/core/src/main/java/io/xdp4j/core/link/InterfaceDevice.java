package io.xdp4j.core.link;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.device.Offloads;
import io.xdp4j.linux.netlink.LinkInfo;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A real interface, driven through sockets of some kind.
///
/// An interface that goes down or away takes only its own port down; the port comes back with it,
/// under its new index when it was made anew.
///
/// Thread: as [NetDevice]; the hooks run one at a time, under a lock, never on a worker.
public abstract class InterfaceDevice extends NetDevice implements LinkWatch {
    private static final Logger LOG = LoggerFactory.getLogger(InterfaceDevice.class);

    private final String interfaceName;
    private final LinkMonitor.Registration monitor;
    private final Object lock = new Object();
    private int boundIfindex;
    private boolean opened;
    private boolean receiving;
    private @Nullable Offloads savedOffloads;
    private @Nullable NativeException openFailure;
    private boolean reported;

    protected InterfaceDevice(
            Datapath datapath, DeviceInit init, String interfaceName, LinkMonitor monitor) {
        super(datapath, init);
        this.interfaceName = interfaceName;
        // Here, in the network namespace of whoever makes it. Until it is open the calls do
        // nothing.
        this.monitor = monitor.watch(interfaceName, this);
    }

    /// What kept an interface from being opened, in the user's words.
    public static DeviceException failure(
            DeviceSpec spec, String interfaceName, NativeException e) {
        if (e.errno() == Errno.ENODEV) {
            return new DeviceException(
                    DeviceException.Kind.USAGE,
                    "interface: "
                            + interfaceName
                            + ": no such interface (expected: one that `ip link` lists in this"
                            + " network namespace)",
                    e);
        }
        DeviceException.Kind kind =
                switch (e.errno()) {
                    case Errno.EPERM, Errno.EACCES -> DeviceException.Kind.PERMISSION;
                    case Errno.EAFNOSUPPORT -> DeviceException.Kind.UNSUPPORTED;
                    default -> DeviceException.Kind.RUNTIME;
                };
        return new DeviceException(kind, spec.name() + ": " + e.getMessage(), e);
    }

    // ---- what the kind of socket adds

    /// Opens the sockets on the interface; they deliver nothing until [#startSockets].
    ///
    /// Fails: [NativeException], with nothing left open.
    protected abstract void openSockets(LinkInfo link);

    /// Has the open sockets deliver frames.
    protected abstract void startSockets();

    /// Has them deliver no more; they still send.
    protected abstract void stopSockets();

    /// Closes the sockets; no error when there are none.
    protected abstract void closeSockets();

    /// The interface with its open sockets has changed.
    ///
    /// @param cameUp whether it can pass frames now and could not before
    protected void socketsChanged(LinkInfo link, boolean cameUp) {}

    /// Whether the interface's offloads have to be off, now or with this program.
    protected abstract boolean offloadsUnwanted(@Nullable AttachedProgram program);

    /// What is left of the offloads when they are unwanted.
    protected Offloads reduced(Offloads now) {
        return Offloads.off();
    }

    protected final String interfaceName() {
        return interfaceName;
    }

    /// Asks something while the sockets neither come nor go.
    protected final <T> T locked(Supplier<T> question) {
        synchronized (lock) {
            return question.get();
        }
    }

    // ---- life

    @Override
    protected final void open() {
        synchronized (lock) {
            opened = true;
            if (offloadsUnwanted(attached())) {
                turnOffloadsOff();
            }
        }
        monitor.refresh();
        synchronized (lock) {
            NativeException failure = openFailure;
            if (failure != null) {
                openFailure = null;
                shut(); // or the link's next change would open it after all
                throw new DeviceException(
                        DeviceException.Kind.RUNTIME,
                        name() + ": " + failure.getMessage(),
                        failure);
            }
        }
    }

    @Override
    protected final void opened() {
        synchronized (lock) {
            receiving = true;
            if (boundIfindex != 0) {
                startSockets();
            }
        }
    }

    @Override
    protected final void stop() {
        synchronized (lock) {
            shut();
        }
    }

    @Override
    public final void close() {
        super.close();
        // Also after an open that failed half way, or an attach without one.
        synchronized (lock) {
            shut();
        }
        monitor.close();
    }

    private void shut() {
        opened = false;
        receiving = false;
        closeAll();
        restoreOffloads();
    }

    private void closeAll() {
        setOperational(false);
        boundIfindex = 0;
        closeSockets();
    }

    @Override
    public final void stopReceiving() {
        synchronized (lock) {
            receiving = false;
            stopSockets();
        }
    }

    // ---- link

    @Override
    public final void linkChanged(LinkInfo link) {
        synchronized (lock) {
            if (!opened) {
                return;
            }
            if (boundIfindex != 0 && boundIfindex != link.ifindex()) {
                closeAll();
            }
            boolean ready = link.isUp() && link.isRunning();
            setMtu(Math.min(link.mtuBytes(), 65535));
            if (link.isUp() && boundIfindex == 0) {
                bindTo(link);
            }
            if (boundIfindex != 0) {
                socketsChanged(link, ready && !isOperational());
            }
            report(link, ready);
            setOperational(ready && boundIfindex != 0);
        }
    }

    private void bindTo(LinkInfo link) {
        if (offloadsUnwanted(attached())) {
            turnOffloadsOff();
        }
        try {
            openSockets(link);
        } catch (NativeException e) {
            openFailure = e;
            LOG.warn("{}: {}", interfaceName, e.getMessage());
            return;
        }
        openFailure = null;
        boundIfindex = link.ifindex();
        if (receiving) {
            startSockets();
        }
    }

    private void report(LinkInfo link, boolean ready) {
        if (ready != isOperational() || !reported) {
            reported = true;
            if (ready) {
                LOG.info("{}: link up, mtu {}", interfaceName, link.mtuBytes());
            } else if (link.isUp()) {
                LOG.warn(
                        "{}: no carrier; the port waits for it (is the other end up?)",
                        interfaceName);
            } else {
                LOG.warn(
                        "{}: interface is down; the port waits for it (ip link set {} up)",
                        interfaceName,
                        interfaceName);
            }
        }
    }

    @Override
    public final void linkRemoved() {
        synchronized (lock) {
            setOperational(false);
            if (boundIfindex != 0) {
                LOG.warn("{}: interface is gone; the port waits for it", interfaceName);
                closeAll();
            }
            savedOffloads = null;
        }
    }

    // ---- offloads

    @Override
    protected final void enableXdp(AttachedProgram program) {
        synchronized (lock) {
            if (offloadsUnwanted(program)) {
                turnOffloadsOff();
            }
        }
    }

    @Override
    protected final void disableXdp() {
        synchronized (lock) {
            if (!offloadsUnwanted(null)) {
                restoreOffloads();
            }
        }
    }

    private void turnOffloadsOff() {
        if (savedOffloads != null) {
            return;
        }
        try {
            Offloads before = Offloads.read(interfaceName);
            Offloads.apply(interfaceName, reduced(before));
            savedOffloads = before;
            LOG.info("{}: offloads turned off while the port is open", interfaceName);
        } catch (NativeException e) {
            LOG.warn("{}: offloads stay on: {}", interfaceName, e.getMessage());
        }
    }

    private void restoreOffloads() {
        Offloads before = savedOffloads;
        if (before == null) {
            return;
        }
        savedOffloads = null;
        try {
            Offloads.apply(interfaceName, before);
        } catch (NativeException e) {
            if (e.errno() != Errno.ENODEV) {
                LOG.warn("{}: offloads not restored: {}", interfaceName, e.getMessage());
            }
        }
    }
}
