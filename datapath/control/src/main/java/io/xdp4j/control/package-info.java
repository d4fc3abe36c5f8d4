/// A running datapath as tools see it: devices, eBPF objects, maps, attachments, tracepoints.
///
/// [DatapathControl] has two forms. [LocalControl] is a session in the datapath's own process;
/// [RemoteControl] is the same over the socket that [ControlServer] serves, one JSON object a line:
///
/// ```
/// {"v":1,"id":1,"op":"lookup","map":3,"key":"00000000"}
/// {"id":1,"result":"0200000000000000"}
/// {"id":2,"error":{"kind":"USAGE","errno":22,"message":"..."}}
/// ```
///
/// What a session loads and attaches is taken back when it ends, however it ends, unless it asked
/// for that to stay: as with file descriptors and pinned objects in the kernel. [RuntimeDirectory]
/// finds the sockets.
///
/// Nothing here is on the path of frames: counters are read where workers keep them, and
/// [TraceCounters] adds up tracepoints per worker.
@NullMarked
package io.xdp4j.control;

import org.jspecify.annotations.NullMarked;
