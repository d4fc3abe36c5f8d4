package io.xdp4j.core.napi;

import io.xdp4j.ebpf.HotPath;
import java.util.Arrays;

/// Who must be flushed at the end of the poll. Each member lists itself at most once a poll.
@HotPath
final class FlushList {
    private Flushable[] members = new Flushable[16];
    private int count;

    void add(Flushable member) {
        if (count == members.length) {
            grow();
        }
        members[count++] = member;
    }

    private void grow() {
        members = Arrays.copyOf(members, count * 2);
    }

    boolean isEmpty() {
        return count == 0;
    }

    /// Flushes all; a member may list itself again meanwhile.
    void flush() {
        int at = 0;
        try {
            while (at < count) {
                members[at++].flush();
            }
        } finally {
            // After an exception the members behind the one that threw stay listed.
            System.arraycopy(members, at, members, 0, count - at);
            count -= at;
        }
    }
}
