#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The capture of config/examples: flows in both directions, some tagged, some in GRE and ERSPAN tunnels.

    flows.py > config/examples/flows.pcap
"""
import struct
import sys

from behaviour import A, B, eth, gre, ipv4, ipv6, tcp, udp_checked

FLOWS = 48
ROUNDS = 4


def frame(number, forward):
    six = number % 4 == 3
    one = "2001:db8::%x" % (number + 1) if six else "10.0.%d.%d" % (number % 5, number + 1)
    two = "2001:db8:1::%x" % (200 - number) if six else "192.0.2.%d" % (200 - number)
    src, dst = (one, two) if forward else (two, one)
    ports = (40000 + number, 443) if forward else (443, 40000 + number)
    if number % 2:
        protocol, body = 17, udp_checked(src, dst, *ports, b"flow %02d " % number * 4)
    else:
        protocol, body = 6, tcp(*ports) + b"flow %02d " % number * 4
    packet = ipv6(protocol, src, dst, body) if six else ipv4(protocol, src, dst, body)
    tags = [(0x8100, 100 + number % 3)] if number % 6 == 1 else []
    macs = (A, B) if forward else (B, A)
    inner = eth(0x86DD if six else 0x800, packet, macs[0], macs[1], tags)
    if number % 8 == 4:
        return tunnel(gre(0x6558, inner, 0x2000), forward)
    if number % 8 == 6:
        return tunnel(gre(0x88BE, b"\0" * 8 + inner, 0x1000), forward)
    return inner


def tunnel(payload, forward):
    ends = ("172.16.0.1", "172.16.0.2") if forward else ("172.16.0.2", "172.16.0.1")
    return eth(0x800, ipv4(47, *ends, payload))


def main(out):
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    at = 0
    for _ in range(ROUNDS):
        for number in range(FLOWS):
            for forward in (True, False):
                data = frame(number, forward)
                out.write(struct.pack("<IIII", 1_700_000_000 + at // 1_000_000, at % 1_000_000, len(data), len(data)) + data)
                at += 250


main(sys.stdout.buffer)
