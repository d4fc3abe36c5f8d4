/// Veth pairs inside the process, with the queues, XDP rules and counters of the kernel's driver.
///
/// A pair is two [io.xdp4j.veth.VethDevice]s. A frame sent at one end is received at the other; it
/// stays the same frame for the ledger. While an end has NAPI (a program is attached, or GRO is on,
/// and it is up) each of its receive queues has a ring of 256 frames, which the queue's worker
/// polls; otherwise only the other end's host side reaches it, by the worker's backlog.
@NullMarked
package io.xdp4j.veth;

import org.jspecify.annotations.NullMarked;
