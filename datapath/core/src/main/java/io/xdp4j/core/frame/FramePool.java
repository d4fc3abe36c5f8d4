package io.xdp4j.core.frame;

import io.xdp4j.ebpf.HotPath;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/// All frames of a datapath: off-heap chunks of 4096 bytes, each with its one [XdpFrame].
///
/// Threads take chunks through a [FrameCache]; the pool itself only exchanges full magazines for
/// empty ones. Threads that are no worker share one cache behind a lock.
///
/// Thread: any. Closing needs every chunk back.
/// Kernel: `page_pool`.
public final class FramePool implements AutoCloseable {
    private static final int MIN_FRAMES = 1024;
    private static final int MAX_FRAMES = 1 << 20;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final long address;
    private final XdpFrame[] frames;
    private final int size;
    private final MagazineStack full;
    // Which of them comes next matters to nobody.
    private final MpmcVarHandleArrayQueue<Magazine> empty;
    private final List<FrameCache> caches = new ArrayList<>();
    private final FrameCache foreign;

    /// Reserves `frames` chunks (1024..1048576, rounded up to a multiple of 64) for `caches`
    /// workers.
    public FramePool(int frames, int caches) {
        if (frames < MIN_FRAMES || frames > MAX_FRAMES) {
            throw new IllegalArgumentException(
                    "frames: " + frames + " (expected: " + MIN_FRAMES + ".." + MAX_FRAMES + ")");
        }
        int filled = (frames + Magazine.CHUNKS - 1) / Magazine.CHUNKS;
        // Two a cache, and as many again in transit between two caches and the pool.
        int spares = 4 * (caches + 1);
        size = filled * Magazine.CHUNKS;
        memory = arena.allocate((long) size * XdpFrame.CHUNK_BYTES, XdpFrame.CHUNK_BYTES);
        address = memory.address();
        this.frames = new XdpFrame[size];
        Arrays.setAll(
                this.frames, i -> new XdpFrame(this, address + (long) i * XdpFrame.CHUNK_BYTES));
        Magazine[] magazines = new Magazine[filled + spares];
        Arrays.setAll(magazines, Magazine::new);
        full = new MagazineStack(magazines);
        empty = new MpmcVarHandleArrayQueue<>(magazines.length);
        fill(magazines, filled);
        foreign = new FrameCache(this);
    }

    private void fill(Magazine[] magazines, int filled) {
        for (Magazine magazine : magazines) {
            int first = magazine.index * Magazine.CHUNKS;
            if (magazine.index < filled) {
                System.arraycopy(frames, first, magazine.frames, 0, Magazine.CHUNKS);
                full.push(magazine);
            } else {
                empty.offer(magazine);
            }
        }
    }

    /// A stock for one more worker, at most as many as the constructor was told.
    public FrameCache newCache() {
        FrameCache cache = new FrameCache(this);
        synchronized (caches) {
            caches.add(cache);
        }
        return cache;
    }

    /// A chunk for a thread that is no worker; null when the pool is empty.
    public @Nullable XdpFrame allocateForeign() {
        synchronized (foreign) {
            return foreign.allocate();
        }
    }

    /// Returns a packet from a thread that is no worker.
    public void freeForeign(XdpFrame frame) {
        synchronized (foreign) {
            foreign.free(frame);
        }
    }

    /// All chunks in a row, for a device that shares them with the kernel.
    public MemorySegment memory() {
        return memory;
    }

    /// Address of the first chunk: what tells pools apart in traces.
    @HotPath
    public long memoryAddress() {
        return address;
    }

    /// The frame of chunk `index` (0..size-1), whoever has it.
    @HotPath
    public XdpFrame frame(int index) {
        return frames[index];
    }

    /// Chunks in all.
    public int size() {
        return size;
    }

    /// Chunks that are free, those that devices keep ready for receiving included; exact only while no
    /// worker polls.
    public int free() {
        int free = full.size() * Magazine.CHUNKS;
        synchronized (caches) {
            for (FrameCache cache : caches) {
                free += cache.count();
            }
        }
        synchronized (foreign) {
            return free + foreign.count();
        }
    }

    /// Frees the memory. Any frame still out becomes invalid.
    @Override
    public void close() {
        arena.close();
    }

    Magazine takeEmpty() {
        Magazine magazine = empty.poll();
        if (magazine == null) {
            throw new IllegalStateException("more caches than the pool was made for");
        }
        return magazine;
    }

    @Nullable Magazine exchangeEmpty(Magazine magazine) {
        Magazine taken = full.pop();
        if (taken != null) {
            empty.offer(magazine);
        }
        return taken;
    }

    Magazine exchangeFull(Magazine magazine) {
        Magazine taken = takeEmpty();
        full.push(magazine);
        return taken;
    }

    @Override
    public String toString() {
        return "FramePool[size=" + size + ", free=" + free() + "]";
    }
}
