package io.xdp4j.ebpf.btf;

import io.xdp4j.ebpf.MalformedObjectException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The string table of BTF.
///
/// Thread: its reader's.
final class BtfStrings {
    private final byte[] bytes;
    private final int start;
    private final int end;
    private final String where;
    private final Map<Integer, String> known = new HashMap<>();

    /// Bytes that may yet be decoded: strings that overlap would multiply the table without end.
    private long budget;

    BtfStrings(byte[] bytes, int start, int end, String where) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.where = where;
        this.budget = 16L * (end - start);
    }

    /// The string that begins `offset` bytes into the table.
    ///
    /// @param user where the offset was found, for the message
    String at(long offset, int user) {
        if (offset == 0) {
            return "";
        }
        if (offset >= end - start) {
            throw new MalformedObjectException(
                    "%s: offset 0x%x: string at %d, the table has %d bytes"
                            .formatted(where, user, offset, end - start));
        }
        return known.computeIfAbsent((int) offset, this::decode);
    }

    private String decode(int offset) {
        int from = start + offset;
        int to = from;
        while (to < end && bytes[to] != 0) {
            to++;
        }
        if (to == end) {
            throw new MalformedObjectException(
                    "%s: string at %d does not end".formatted(where, offset));
        }
        budget -= to - from;
        if (budget < 0) {
            throw new MalformedObjectException(
                    where + ": strings overlap so that they are 16 times as long as their table");
        }
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
