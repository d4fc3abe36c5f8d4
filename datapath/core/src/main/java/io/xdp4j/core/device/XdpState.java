package io.xdp4j.core.device;

import static io.xdp4j.ebpf.Errno.E2BIG;
import static io.xdp4j.ebpf.Errno.EBUSY;
import static io.xdp4j.ebpf.Errno.EEXIST;
import static io.xdp4j.ebpf.Errno.EINVAL;
import static io.xdp4j.ebpf.Errno.ENODEV;
import static io.xdp4j.ebpf.Errno.ENOENT;

import io.xdp4j.core.program.XdpAttachType;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The programs of one device: what attaches, replaces and removes them.
///
/// A device has one place in each mode and runs a program in one mode at a time. The place is taken
/// by a program ([#attach], as `ip link set dev X xdp`), by a link ([#link]) or by a chain of
/// programs ([#load], as `xdp-loader load`), which is itself a program.
///
/// Thread: any but a worker; one call at a time.
/// Fails: [XdpAttachException] with the errno of the first broken rule, in the kernel's order.
/// Kernel: `xdp_state` of `struct net_device`, `dev_xdp_attach`; libxdp's `xdp_multiprog`.
public final class XdpState {
    private final NetDevice device;
    private final @Nullable AttachedProgram[] programs = new AttachedProgram[2];
    private final @Nullable XdpLink[] links = new XdpLink[2];
    private boolean gone;

    XdpState(NetDevice device) {
        this.device = device;
    }

    NetDevice device() {
        return device;
    }

    // ---- what is there

    /// The program in that mode, null when there is none.
    public synchronized @Nullable AttachedProgram program(XdpMode mode) {
        return programs[mode.ordinal()];
    }

    /// The link that holds the place in that mode, if one does.
    public synchronized @Nullable XdpLink link(XdpMode mode) {
        return links[mode.ordinal()];
    }

    /// The mode in which a program is attached, null when none is.
    public synchronized @Nullable XdpMode mode() {
        for (XdpMode mode : XdpMode.values()) {
            if (programs[mode.ordinal()] != null) {
                return mode;
            }
        }
        return null;
    }

    /// The programs in the order in which they run: the members of a chain, else the one there is.
    public synchronized List<ChainedProgram> chain() {
        XdpMode mode = mode();
        AttachedProgram there = mode == null ? null : program(mode);
        if (there == null) {
            return List.of();
        }
        return there.program() instanceof XdpChain chain
                ? chain.members()
                : List.of(ChainedProgram.of(there.program()));
    }

    // ---- netlink

    /// Attaches a program, or replaces the one that is there without losing a frame.
    ///
    /// @param flags [XdpFlags]
    public AttachedProgram attach(XdpProgram program, int flags) {
        return attach(program, null, flags);
    }

    /// The same, with `REPLACE`, while `expected` is there (null: nothing).
    public synchronized AttachedProgram attach(
            XdpProgram program, @Nullable XdpProgram expected, int flags) {
        XdpMode mode = checkedMode(expected, flags);
        if ((flags & XdpFlags.UPDATE_IF_NOEXIST) != 0 && program(mode) != null) {
            throw refused(
                    EBUSY,
                    "a program is there already, which the flags forbid; force, or detach it first");
        }
        return install(mode, program);
    }

    /// Removes the program of the mode that the flags name; no error when there is none.
    public void detach(int flags) {
        detach(null, flags);
    }

    /// The same, with `REPLACE`, while `expected` is there.
    public synchronized void detach(@Nullable XdpProgram expected, int flags) {
        remove(checkedMode(expected, flags));
    }

    private XdpMode checkedMode(@Nullable XdpProgram expected, int flags) {
        if ((flags & ~XdpFlags.ALL) != 0) {
            throw refused(EINVAL, "flags: " + flags + " (expected: XDP_FLAGS_*, up to 31)");
        }
        XdpMode mode = modeOf(flags);
        if (expected != null && (flags & XdpFlags.REPLACE) == 0) {
            throw refused(EINVAL, "a program is expected without XDP_FLAGS_REPLACE");
        }
        if (link(mode) != null) {
            throw refused(EBUSY, "a link holds the place; update or close the link");
        }
        AttachedProgram there = program(mode);
        XdpProgram current = there == null ? null : there.program();
        if ((flags & XdpFlags.REPLACE) != 0 && !Objects.equals(current, expected)) {
            String name = current == null ? "none" : current.name();
            throw refused(EEXIST, "the program there is not the expected one but " + name);
        }
        return mode;
    }

    private XdpMode modeOf(int flags) {
        if (Integer.bitCount(flags & XdpFlags.MODES) > 1) {
            throw refused(EINVAL, "several modes (expected: SKB_MODE or DRV_MODE)");
        }
        if ((flags & XdpFlags.HW_MODE) != 0) {
            throw refused(EINVAL, "no hardware runs programs here; use DRV_MODE or SKB_MODE");
        }
        return (flags & XdpFlags.SKB_MODE) != 0 ? XdpMode.SKB : XdpMode.DRV;
    }

    // ---- link

    /// Attaches a program through a link.
    ///
    /// @param flags none but a mode
    public XdpLink link(XdpProgram program, int flags) {
        try {
            return attachLink(program, flags);
        } catch (XdpAttachException e) {
            TraceListener trace =
                    device.datapath().tracepoints().listener(Tracepoint.BPF_XDP_LINK_ATTACH_FAILED);
            if (trace != null) {
                trace.xdpLinkAttachFailed(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private synchronized XdpLink attachLink(XdpProgram program, int flags) {
        if ((flags & ~XdpFlags.MODES) != 0) {
            throw refused(EINVAL, "flags: " + flags + " (expected: no more than a mode)");
        }
        XdpMode mode = checkedMode(null, flags);
        if (program(mode) != null) {
            throw refused(EBUSY, "a program without link is there; detach it");
        }
        XdpLink link = new XdpLink(this, mode, install(mode, program));
        links[mode.ordinal()] = link;
        return link;
    }

    synchronized void close(XdpLink link) {
        int place = link.mode().ordinal();
        if (link.equals(links[place])) {
            links[place] = null;
            link.released();
            remove(link.mode());
        }
    }

    // ---- chain

    /// Adds programs to the device's chain, which is made with the first.
    ///
    /// Fails: EBUSY while a program of another kind is there, E2BIG above
    /// [XdpChain#MAX_PROGRAMS], EEXIST for a program that is a member already.
    ///
    /// @param flags none but a mode; without one that of the chain
    public synchronized void load(List<ChainedProgram> added, int flags) {
        XdpMode mode = chainMode(flags);
        List<ChainedProgram> members = new ArrayList<>(members(mode));
        for (ChainedProgram one : added) {
            if (members.stream().anyMatch(member -> member.program().equals(one.program()))) {
                throw refused(EEXIST, "program " + one.program().name() + " is loaded already");
            }
            requireForDevice(one.program());
            members.add(one);
        }
        if (members.isEmpty() || members.size() > XdpChain.MAX_PROGRAMS) {
            throw refused(
                    E2BIG,
                    members.size() + " programs (expected: 1.." + XdpChain.MAX_PROGRAMS + ")");
        }
        set(mode, members);
    }

    /// Takes one program out of the chain, wherever it stands.
    ///
    /// Fails: ENOENT when it is not loaded.
    public synchronized void unload(XdpProgram program) {
        XdpMode mode = mode();
        if (mode == null || !isMember(mode, program)) {
            throw refused(ENOENT, "program " + program.name() + " is not loaded");
        }
        List<ChainedProgram> members = new ArrayList<>(members(mode));
        members.removeIf(member -> member.program().equals(program));
        if (members.isEmpty()) {
            requireNoLink(mode);
            remove(mode);
        } else {
            set(mode, members);
        }
    }

    private void set(XdpMode mode, List<ChainedProgram> members) {
        requireNoLink(mode);
        install(mode, new XdpChain(members));
    }

    private void requireNoLink(XdpMode mode) {
        if (link(mode) != null) {
            throw refused(EBUSY, "a link holds the place; close the link");
        }
    }

    private XdpMode chainMode(int flags) {
        if ((flags & ~XdpFlags.MODES) != 0) {
            throw refused(EINVAL, "flags: " + flags + " (expected: no more than a mode)");
        }
        XdpMode asked = modeOf(flags);
        XdpMode there = mode();
        return flags == 0 && there != null ? there : asked;
    }

    private List<ChainedProgram> members(XdpMode mode) {
        AttachedProgram there = program(mode);
        if (there == null) {
            return List.of();
        }
        if (there.program() instanceof XdpChain chain) {
            return chain.members();
        }
        throw refused(
                EBUSY, "program " + there.program().name() + " is there alone; detach it first");
    }

    private boolean isMember(XdpMode mode, XdpProgram program) {
        AttachedProgram there = program(mode);
        return there != null && there.program() instanceof XdpChain chain && chain.holds(program);
    }

    // ---- both

    AttachedProgram install(XdpMode mode, XdpProgram program) {
        AttachedProgram there = program(mode);
        if (there != null && there.program().equals(program)) {
            return there;
        }
        if (gone) {
            throw refused(ENODEV, "the device is gone");
        }
        if (program(mode == XdpMode.SKB ? XdpMode.DRV : XdpMode.SKB) != null) {
            throw refused(EEXIST, "a program runs in the other mode; detach it first");
        }
        requireForDevice(program);
        AttachedProgram next = device.datapath().loaded(program);
        device.install(mode, next);
        programs[mode.ordinal()] = next;
        return next;
    }

    private void requireForDevice(XdpProgram program) {
        if (!program.attachType().fits(XdpAttachType.DEVICE)) {
            throw refused(
                    EINVAL,
                    "program "
                            + program.name()
                            + " is for entries of a "
                            + (program.attachType() == XdpAttachType.CPUMAP ? "cpumap" : "devmap"));
        }
    }

    private void remove(XdpMode mode) {
        if (program(mode) != null) {
            programs[mode.ordinal()] = null;
            device.remove(mode);
        }
    }

    /// Removes everything; links lose their device.
    synchronized void clear() {
        for (XdpMode mode : XdpMode.values()) {
            XdpLink link = link(mode);
            if (link != null) {
                links[mode.ordinal()] = null;
                link.released();
            }
            remove(mode);
        }
    }

    /// The same for good.
    synchronized void uninstall() {
        gone = true;
        clear();
    }

    private XdpAttachException refused(int errno, String reason) {
        return new XdpAttachException(
                errno, "attach(" + device + "): " + Errno.nameOf(errno) + ": " + reason);
    }
}
