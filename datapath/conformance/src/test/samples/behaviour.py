#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the sample programs do, computed here from the protocols and not from the programs.

Prints one JSON object a line for SampleBehaviourTest:
    behaviour.py > ../resources/samples/behaviour.jsonl
"""
import ipaddress
import json
import struct

ABORTED, DROP, PASS, TX, REDIRECT = range(5)
NAMES = ["ABORTED", "DROP", "PASS", "TX", "REDIRECT"]
A, B = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
MASK = 0xFFFFFFFF


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(address):
    return ipaddress.ip_address(address).packed


def eth(ethertype, payload, dst=A, src=B, tags=()):
    head = dst + src
    for tpid, vid in tags:
        head += struct.pack(">HH", tpid, vid)
    return head + struct.pack(">H", ethertype) + payload


def ipv4(protocol, src, dst, payload, ttl=64, options=b""):
    length = 20 + len(options) + len(payload)
    head = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, length, 0, 0, ttl, protocol, 0)
    head += ip(src) + ip(dst) + options
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def ipv6(protocol, src, dst, payload, hops=64):
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, hops) + ip(src) + ip(dst) + payload


def udp(sport, dport, payload=b"\0" * 18, check=0):
    return struct.pack(">HHHH", sport, dport, 8 + len(payload), check) + payload


def udp_checked(src, dst, sport, dport, payload=b"xdp4j!"):
    """UDP with its checksum."""
    body = udp(sport, dport, payload)
    pseudo = ip(src) + ip(dst) + (struct.pack(">BBH", 0, 17, len(body)) if len(ip(src)) == 4
                                  else struct.pack(">II", len(body), 17))
    return udp(sport, dport, payload, checksum(pseudo + body) or 0xFFFF)


def tcp(sport, dport, offset=5):
    return struct.pack(">HHIIBBHHH", sport, dport, 1, 0, offset << 4, 0x10, 1000, 0, 0)


def gre(ethertype, payload, flags=0):
    words = bin(flags & 0xB000).count("1")
    return struct.pack(">HH", flags, ethertype) + b"\0\0\0\7" * words + payload


def u32(value):
    return struct.pack("<I", value)


def hash_word(word, initval):
    h = (initval + (word & 0xFFFF)) & MASK
    h = ((h << 16) ^ (((word >> 16) << 11) ^ h)) & MASK
    for shift in ((11, 1), (3, 0), (5, 1), (4, 0), (17, 1), (25, 0), (6, 1)):
        h = (h + (h >> shift[0])) & MASK if shift[1] else (h ^ (h << shift[0])) & MASK
    return h


def flow_hash(src, dst, protocol=0):
    words = ip(src) + ip(dst)
    total = sum(struct.unpack("<%dI" % (len(words) // 4), words)) & MASK
    return hash_word(total, 15485863 + protocol)


assert flow_hash("192.168.0.1", "10.0.0.2", 6) == 511307427
assert flow_hash("192.168.0.1", "10.0.0.2") == 217764702
assert flow_hash("2001:db8::1", "2001:db8::2", 17) == 3588265633


def case(program, name, packet, verdict, out=None, entries=(), globals_=None, after=()):
    thing = {"object": program.split(":")[0], "program": program.split(":")[1], "name": name}
    if globals_:
        thing["globals"] = globals_
    if entries:
        thing["entries"] = [{"map": m, "key": k.hex(), "value": v.hex()} for m, k, v in entries]
    thing["packet"] = packet.hex()
    thing["verdict"] = NAMES[verdict]
    if out is not None:
        thing["out"] = out.hex()
    if after:
        thing["after"] = [{"map": m, "key": k.hex(), "value": v.hex()} for m, k, v in after]
    print(json.dumps(thing))


# ---- xdp_bench

def bench():
    packet = eth(0x800, ipv4(17, "10.0.0.1", "10.0.0.2", udp(1, 2)))
    six = eth(0x86DD, ipv6(17, "2001:db8::1", "2001:db8::2", udp(1, 2)))
    swapped = packet[6:12] + packet[:6] + packet[12:]
    for how in ("", "_load_bytes"):
        for action in (DROP, PASS, TX):
            for op, out in (("no_touch", packet), ("read_data", packet), ("parse_ip", packet), ("swap_macs", swapped)):
                if how and op == "no_touch":
                    continue
                case("xdp_bench:xdp_" + op + how, NAMES[action], packet, action, out,
                     globals_={"action": u32(action).hex()},
                     after=[("rx_cnt", u32(0), struct.pack("<QQ", 1, action == DROP))])
        case("xdp_bench:xdp_parse_ip" + how, "IPv6", six, PASS, six, globals_={"action": u32(PASS).hex()})
        case("xdp_bench:xdp_parse_ip" + how, "cut IPv4", packet[:30], ABORTED)
        case("xdp_bench:xdp_parse_ip" + how, "ARP", eth(0x806, b"\0" * 28), DROP)
        case("xdp_bench:xdp_read_data" + how, "802.3 length", eth(0x100, b"\0" * 46), ABORTED)
    case("xdp_bench:xdp_no_touch", "by queue", packet, DROP, globals_={"rxq_stats": "01"},
         after=[("rxq_cnt", u32(0), struct.pack("<QQ", 1, 1))])


# ---- xdp_router_ipv4

MAC_OUT, MAC_HOST, MAC_GATEWAY = (bytes.fromhex(h) for h in ("02000000aa01", "02000000bb02", "02000000cc03"))


def route(prefix, length, ifindex, gateway="0.0.0.0", metric=0):
    return ("lpm_map", u32(length) + ip(prefix),
            ip(prefix) + bytes(4) + MAC_OUT + bytes(2) + struct.pack("<ii", ifindex, metric) + ip(gateway) + bytes(4))


def neighbour(address, mac):
    return ("arp_table", ip(address), mac + bytes(2))


def router():
    program = "xdp_router_ipv4:xdp_router_ipv4_prog"
    port = ("tx_port", u32(1), u32(1))
    table = [port, route("10.1.0.0", 16, 1), route("10.1.2.0", 24, 9), route("0.0.0.0", 0, 1, "10.1.0.254")]
    to = lambda dst, tags=(): eth(0x800, ipv4(17, "192.0.2.1", dst, udp(1, 2)), tags=tags)
    moved = lambda packet, mac: mac + MAC_OUT + packet[12:]
    on_link, far = to("10.1.7.7"), to("203.0.113.9")
    case(program, "neighbour on the link", on_link, REDIRECT, moved(on_link, MAC_HOST),
         table + [neighbour("10.1.7.7", MAC_HOST)])
    case(program, "no neighbour on the link", on_link, DROP, on_link, table)
    case(program, "through the gateway", far, REDIRECT, moved(far, MAC_GATEWAY),
         table + [neighbour("10.1.0.254", MAC_GATEWAY)])
    case(program, "unresolved gateway", far, PASS, far, table)
    case(program, "longest prefix is a port without entry", to("10.1.2.3"), DROP, None,
         table + [neighbour("10.1.2.3", MAC_HOST)])
    case(program, "no route", far, DROP, far, table[:2])
    exact = ("exact_match", ip("10.1.7.7"),
             MAC_HOST + bytes(2) + ip("10.1.7.7") + bytes(4) + struct.pack("<ii", 1, 0) + MAC_OUT + bytes(2))
    case(program, "exact match needs no table", on_link, REDIRECT, moved(on_link, MAC_HOST), [port, exact])
    tagged = to("10.1.7.7", [(0x8100, 5)])
    case(program, "behind a VLAN tag", tagged, REDIRECT, moved(tagged, MAC_HOST), [port, exact])
    case(program, "ARP", eth(0x806, b"\0" * 46), PASS)
    case(program, "IPv6", eth(0x86DD, ipv6(17, "::1", "::2", udp(1, 2))), DROP)
    case(program, "cut IPv4", to("10.1.7.7")[:30], DROP)


# ---- xdp_tx_iptunnel

def iptunnel():
    program = "xdp_tx_iptunnel:xdp_tx_iptunnel"
    mac = MAC_GATEWAY
    vip = lambda address, family, dport, protocol: (
        ip(address).ljust(16, b"\0") + struct.pack(">H", dport) + struct.pack("<H", family) + bytes([protocol]) + bytes(3))
    tunnel = lambda src, dst, family: (
        ip(src).ljust(16, b"\0") + ip(dst).ljust(16, b"\0") + struct.pack("<H", family) + mac)
    inner = ipv4(6, "192.0.2.1", "10.9.9.9", tcp(1024, 443))
    four = [("vip2tnl", vip("10.9.9.9", 2, 443, 6), tunnel("10.0.0.1", "10.0.0.2", 2))]
    case(program, "IPv4 in IPv4", eth(0x800, inner), TX,
         eth(0x800, ipv4(4, "10.0.0.1", "10.0.0.2", inner, ttl=8), dst=mac, src=A), four,
         after=[("rxcnt", u32(6), struct.pack("<Q", 1))])
    case(program, "other port", eth(0x800, ipv4(6, "192.0.2.1", "10.9.9.9", tcp(1024, 80))), PASS, None, four)
    case(program, "cut TCP", eth(0x800, inner)[:44], DROP, None, four)
    inner6 = ipv6(17, "2001:db8::1", "2001:db8::9", udp(1024, 53))
    six = [("vip2tnl", vip("2001:db8::9", 10, 53, 17), tunnel("fc00::1", "fc00::2", 10))]
    case(program, "IPv6 in IPv6", eth(0x86DD, inner6), TX,
         eth(0x86DD, ipv6(41, "fc00::1", "fc00::2", inner6, hops=8), dst=mac, src=A), six)
    case(program, "ARP", eth(0x806, b"\0" * 46), PASS)


# ---- xdp_filter

SRC, DST, TCP, UDP = 1, 2, 4, 8


def entry(what, bits):
    table = {2: "filter_ports", 4: "filter_ipv4", 16: "filter_ipv6", 6: "filter_ethernet"}
    key = struct.pack(">H", what) + bytes(2) if isinstance(what, int) else what
    return (table[2] if isinstance(what, int) else table[len(what)], key, struct.pack("<Q", bits))


def xdp_filter():
    over = lambda body, protocol: eth(0x800, ipv4(protocol, "10.0.0.1", "10.0.0.2", body))
    to80, from80 = udp(1024, 80), udp(80, 1024)
    six = eth(0x86DD, ipv6(17, "2001:db8::1", "2001:db8::2", udp(1024, 80)))
    options = eth(0x800, ipv4(17, "10.0.0.1", "10.0.0.2", to80, options=b"\1" * 8))
    tagged = eth(0x800, ipv4(17, "10.0.0.1", "10.0.0.2", to80), tags=[(0x88A8, 3), (0x8100, 4)])
    cases = [  # name, packet, entry, whether it hits
        ("port to", over(to80, 17), entry(80, DST | UDP), True),
        ("port to, for TCP only", over(to80, 17), entry(80, DST | TCP), False),
        ("port from", over(from80, 17), entry(80, SRC | UDP), True),
        ("port from, for destinations only", over(from80, 17), entry(80, DST | UDP | TCP), False),
        ("TCP port", over(tcp(1024, 80), 6), entry(80, DST | TCP), True),
        ("port behind IP options", options, entry(80, DST | UDP), True),
        ("port behind two tags", tagged, entry(80, DST | UDP), True),
        ("port over IPv6", six, entry(80, DST | UDP), True),
        ("IPv4 to", over(to80, 17), entry(ip("10.0.0.2"), DST), True),
        ("IPv4 from, for destinations only", over(to80, 17), entry(ip("10.0.0.1"), DST), False),
        ("IPv4 from", over(to80, 17), entry(ip("10.0.0.1"), SRC | DST), True),
        ("IPv6 to", six, entry(ip("2001:db8::2"), DST), True),
        ("IPv6 from", six, entry(ip("2001:db8::1"), SRC), True),
        ("MAC to", over(to80, 17), entry(A, DST), True),
        ("MAC from", over(to80, 17), entry(B, SRC), True),
        ("MAC of what is no IP", eth(0x806, b"\0" * 46), entry(B, SRC), True),
        ("no IP", eth(0x88CC, b"\0" * 46), entry(80, DST | UDP), False),
    ]
    for policy, on_hit, on_miss in (("alw", DROP, PASS), ("dny", PASS, DROP)):
        for name, packet, rule, hits in cases:
            verdict = on_hit if hits else on_miss
            bits = struct.unpack("<Q", rule[2])[0]
            case("xdp_filter:xdpfilt_%s_all" % policy, name, packet, verdict, packet, [rule],
                 after=[("xdp_stats_map", u32(verdict), struct.pack("<QQ", 1, len(packet))),
                        (rule[0], rule[1], struct.pack("<Q", bits + 64 * hits))])
        for feature, rule in (("eth", entry(B, SRC)), ("ip", entry(ip("10.0.0.2"), DST)),
                              ("udp", entry(80, DST | UDP))):
            case("xdp_filter:xdpfilt_%s_%s" % (policy, feature), "hit", over(to80, 17), on_hit, None, [rule])
            case("xdp_filter:xdpfilt_%s_tcp" % policy, feature + " does not count", over(to80, 17), on_miss, None, [rule])
        case("xdp_filter:xdpfilt_%s_tcp" % policy, "hit", over(tcp(1024, 80), 6), on_hit, None, [entry(80, DST | TCP)])
    for name, packet in (("cut IPv4", over(to80, 17)[:30]), ("cut UDP", over(to80, 17)[:40]),
                         ("UDP length below its header", over(struct.pack(">HHHH", 1, 2, 7, 0), 17)),
                         ("TCP offset below its header", over(tcp(1, 2, 4), 6)),
                         ("TCP options beyond the end", over(tcp(1, 2, 8), 6)), ("cut IPv6", six[:40])):
        case("xdp_filter:xdpfilt_alw_all", name, packet, ABORTED)


# ---- xdp2skb_meta, xdp_trafficgen

def meta():
    packet = eth(0x800, ipv4(17, "10.0.0.1", "10.0.0.2", udp(1, 2)))
    case("xdp2skb_meta:xdp_mark", "mark before the packet", packet, PASS, u32(42) + packet)


def trafficgen():
    program = "xdp_trafficgen:xdp_redirect_update_port"
    globals_ = {"ifindex_out": u32(1).hex(), "port_start": "e803", "port_range": "0400"}
    for src, dst in (("10.0.0.1", "10.0.0.2"), ("fe80::1", "fe80::2")):
        def packet(dport):
            body = udp_checked(src, dst, 7, dport)
            return eth(0x800, ipv4(17, src, dst, body)) if "." in src else eth(0x86DD, ipv6(17, src, dst, body))
        for port in (0, 3):
            case(program, "port %d of 4 to %s" % (port, dst), packet(1), REDIRECT, packet(1000 + port),
                 [("next_port", u32(0), u32(port))], globals_,
                 after=[("next_port", u32(0), u32((port + 1) % 4))])
    case(program, "no UDP", eth(0x800, ipv4(6, "10.0.0.1", "10.0.0.2", tcp(1, 2))), ABORTED, None, (), globals_)
    plain = eth(0x806, b"\0" * 46)
    case("xdp_trafficgen:xdp_redirect_notouch", "as it is", plain, REDIRECT, plain, (), globals_)


# ---- spreading over CPUs

def spread(program, name, packet, hash_, out=None, extra=()):
    """Only the CPU that the hash names has an entry: another one would be ABORTED."""
    cpus = [("cpus_count", u32(0), u32(2)), ("cpus_available", u32(0), u32(1)), ("cpus_available", u32(1), u32(0))]
    for cpu in (0, 1):
        right = 1 - hash_ % 2 == cpu
        case(program, "%s, CPU %d" % (name, cpu), packet, REDIRECT if right else ABORTED, out,
             cpus + [("cpu_map", u32(cpu), u32(192) + u32(0))] + list(extra))


def redirect_cpu():
    tagged = eth(0x800, ipv4(6, "10.0.0.1", "10.0.0.2", tcp(1025, 443), options=b"\1" * 4), tags=[(0x8100, 2)])
    six = eth(0x86DD, ipv6(17, "2001:db8::1", "2001:db8::2", udp(1024, 53)))
    ping = eth(0x800, ipv4(1, "10.0.0.1", "10.0.0.2", b"\x08\0" + b"\0" * 6))
    for name, packet, sport, dport in (("TCP", tagged, 1025, 443), ("UDP over IPv6", six, 1024, 53), ("ICMP", ping, 0, 0)):
        spread("xdp_redirect_cpu:cpumap_l4_sport", name, packet, sport, packet)
        spread("xdp_redirect_cpu:cpumap_l4_dport", name, packet, dport, packet)
    spread("xdp_redirect_cpu:cpumap_l4_hash", "TCP", tagged, flow_hash("10.0.0.1", "10.0.0.2", 6))
    spread("xdp_redirect_cpu:cpumap_l4_hash", "UDP over IPv6", six, flow_hash("2001:db8::1", "2001:db8::2", 17))
    case("xdp_redirect_cpu:cpumap_l4_hash", "802.3 length", eth(0x100, b"\0" * 46), PASS, None,
         [("cpus_count", u32(0), u32(2))])


# ---- suricata_lb, suricata_filter

def suricata_lb():
    program = "suricata_lb:xdp_loadfilter"
    for src, dst in (("192.168.0.1", "10.0.0.2"), ("10.0.0.2", "192.168.0.1"), ("10.1.1.1", "10.1.1.9")):
        packet = eth(0x800, ipv4(6, src, dst, tcp(1, 2)))
        spread(program, "TCP %s > %s" % (src, dst), packet, flow_hash(src, dst), packet)
    six = eth(0x86DD, ipv6(17, "2001:db8::1", "2001:db8::2", udp(1, 2)), tags=[(0x88A8, 1), (0x8100, 2)])
    spread(program, "IPv6 behind two tags", six, flow_hash("2001:db8::1", "2001:db8::2"), six)
    inner = eth(0x800, ipv4(17, "192.168.0.1", "10.0.0.2", udp(1, 2)))
    for name, ethertype, flags, erspan in (
            ("GRE", 0x6558, 0, b""), ("GRE with checksum", 0x6558, 0x8000, b""), ("GRE with key", 0x6558, 0x2000, b""),
            ("GRE with all", 0x6558, 0xB000, b""), ("ERSPAN", 0x88BE, 0x1000, b"\0" * 8)):
        tunnel = eth(0x800, ipv4(47, "172.16.0.1", "172.16.0.2", gre(ethertype, erspan + inner, flags)))
        spread(program, name, tunnel, flow_hash("192.168.0.1", "10.0.0.2"), inner)
    for name, flags in (("GRE with routing", 0x4000), ("GRE version 1", 1)):
        tunnel = eth(0x800, ipv4(47, "172.16.0.1", "172.16.0.2", gre(0x6558, inner, flags)))
        case(program, name, tunnel, PASS, tunnel)
    case(program, "no CPU in use", inner, PASS, inner)
    case(program, "ARP", eth(0x806, b"\0" * 46), PASS)
    case(program, "802.3 length", eth(0x100, b"\0" * 46), PASS)


def flow(src, dst, sport, dport, is_tcp, vlan0=0, vlan1=0):
    table = "flow_table_v4" if "." in src else "flow_table_v6"
    return table, ip(src) + ip(dst) + struct.pack(">HH", sport, dport) + struct.pack("<HH", is_tcp | vlan0 << 1, vlan1)


def suricata_filter():
    program = "suricata_filter:xdp_hashfilter"
    none, one = struct.pack("<QQ", 0, 0), lambda packet: struct.pack("<QQ", 1, len(packet))
    peer = [("tx_peer", u32(0), u32(1)), ("tx_peer_int", u32(0), u32(1))]
    flows = [
        ("TCP", eth(0x800, ipv4(6, "10.0.0.1", "10.0.0.2", tcp(1024, 443))), flow("10.0.0.1", "10.0.0.2", 1024, 443, 1)),
        ("UDP", eth(0x800, ipv4(17, "10.0.0.1", "10.0.0.2", udp(1024, 53))), flow("10.0.0.1", "10.0.0.2", 1024, 53, 0)),
        ("IPv6", eth(0x86DD, ipv6(6, "2001:db8::1", "2001:db8::2", tcp(1024, 443))),
         flow("2001:db8::1", "2001:db8::2", 1024, 443, 1)),
        ("two tags", eth(0x800, ipv4(17, "10.0.0.1", "10.0.0.2", udp(1024, 53)), tags=[(0x88A8, 3), (0x8100, 4)]),
         flow("10.0.0.1", "10.0.0.2", 1024, 53, 0, 3, 4)),
    ]
    for name, packet, (table, key) in flows:
        case(program, name + " bypassed", packet, DROP, packet, [(table, key, none)], after=[(table, key, one(packet))])
        case(program, name + " to the peer", packet, REDIRECT, packet, [(table, key, none)] + peer)
    case(program, "other VLAN", flows[3][1], PASS, None, [flows[1][2] + (none,)])
    case(program, "VLANs not tracked", flows[3][1], DROP, None, [flows[1][2] + (none,)], {"vlan_tracking": "00"})
    case(program, "other direction", eth(0x800, ipv4(6, "10.0.0.2", "10.0.0.1", tcp(443, 1024))), PASS, None,
         [flows[0][2] + (none,)])
    case(program, "cut UDP", flows[1][1][:38], PASS)
    spread(program, "other flow", flows[0][1], flow_hash("10.0.0.1", "10.0.0.2", 6), flows[0][1])
    spread(program, "other flow, UDP", flows[1][1], flow_hash("10.0.0.1", "10.0.0.2", 17))
    spread(program, "other flow, IPv6", flows[2][1], flow_hash("2001:db8::1", "2001:db8::2"))
    case(program, "ARP", eth(0x806, b"\0" * 46), PASS)


if __name__ == "__main__":
    for group in (bench, router, iptunnel, xdp_filter, meta, trafficgen, redirect_cpu, suricata_lb, suricata_filter):
        group()
