package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import java.lang.invoke.VarHandle;

/// The chained hash table under all hash maps.
///
/// Chains rather than open addressing, because programs keep pointers into values: an element never
/// moves, and a replaced one keeps its bytes until it is reused. A bucket is one word: the address
/// of the first element, with bit 1 as its writers' lock, so that taking the lock fetches the line
/// that the writer needs anyway and the store that publishes a change also unlocks. A hit touches
/// two lines, the bucket's and the element's. A chain ends in an odd word that names its bucket:
/// a reader that was led astray by a reused element sees another bucket's end and starts again.
///
/// A record, since HotSpot takes the components of a constant record for constants, as it does not
/// with the final fields of other classes.
///
/// Thread: readers take no lock; writers lock one bucket.
/// Kernel: `struct bucket` and `hlist_nulls` of kernel/bpf/hashtab.c.
///
/// @param base address of the first bucket
/// @param mask of the hash, one below the number of buckets
public record Buckets(long base, int mask, int keySize, long seed) {
    static final long LOCKED = 2;
    static final long END = 1;

    /// Takes the lock off a word, and shows HotSpot that what is left is no negative address.
    private static final long ADDRESS = 0x00ff_ffff_ffff_ffffL & ~LOCKED;

    static Buckets of(MapMemory memory, int maxEntries, int keySize, long seed) {
        int size = maxEntries == 1 ? 1 : Integer.highestOneBit(maxEntries - 1) << 1;
        long base = memory.allocate(8L * size, 64);
        for (int i = 0; i < size; i++) {
            RawMemory.putLong(base + 8L * i, end(i));
        }
        return new Buckets(base, size - 1, keySize, seed);
    }

    @HotPath
    int hash(long key) {
        return switch (keySize) {
            case 4 -> KeyHash.of4(RawMemory.getInt(key), seed);
            case 8 -> KeyHash.of8(RawMemory.getLong(key), seed);
            case 16 -> KeyHash.of16(RawMemory.getLong(key), RawMemory.getLong(key + 8), seed);
            case 24 ->
                    KeyHash.of24(
                            RawMemory.getLong(key),
                            RawMemory.getLong(key + 8),
                            RawMemory.getLong(key + 16),
                            seed);
            default -> KeyHash.of(key, keySize, seed);
        };
    }

    // ---- readers

    /// The element with that key, or 0.
    @HotPath
    long find(long key) {
        return switch (keySize) {
            case 4 -> find4(RawMemory.getInt(key));
            case 8 -> find8(KeyHash.twoInts(key));
            case 16 -> find16(KeyHash.twoInts(key), KeyHash.twoInts(key + 8));
            case 24 ->
                    find24(
                            KeyHash.twoInts(key),
                            KeyHash.twoInts(key + 8),
                            KeyHash.twoInts(key + 16));
            default -> findAny(key);
        };
    }

    @HotPath
    long find4(int key) {
        int bucket = KeyHash.of4(key, seed) & mask;
        while (true) {
            long at = first(bucket);
            while ((at & END) == 0) {
                if (RawMemory.getInt(at + ElementPool.KEY) == key) {
                    return at;
                }
                at = RawMemory.getLong(at) & ADDRESS;
            }
            if (at == end(bucket)) {
                return 0;
            }
        }
    }

    @HotPath
    long find8(long key) {
        int bucket = KeyHash.of8(key, seed) & mask;
        while (true) {
            long at = first(bucket);
            while ((at & END) == 0) {
                if (RawMemory.getLong(at + ElementPool.KEY) == key) {
                    return at;
                }
                at = RawMemory.getLong(at) & ADDRESS;
            }
            if (at == end(bucket)) {
                return 0;
            }
        }
    }

    @HotPath
    long find16(long low, long high) {
        int bucket = KeyHash.of16(low, high, seed) & mask;
        while (true) {
            long at = first(bucket);
            while ((at & END) == 0) {
                if (RawMemory.getLong(at + ElementPool.KEY) == low
                        && RawMemory.getLong(at + ElementPool.KEY + 8) == high) {
                    return at;
                }
                at = RawMemory.getLong(at) & ADDRESS;
            }
            if (at == end(bucket)) {
                return 0;
            }
        }
    }

    @HotPath
    long find24(long first, long second, long third) {
        int bucket = KeyHash.of24(first, second, third, seed) & mask;
        while (true) {
            long at = first(bucket);
            while ((at & END) == 0) {
                if (RawMemory.getLong(at + ElementPool.KEY) == first
                        && RawMemory.getLong(at + ElementPool.KEY + 8) == second
                        && RawMemory.getLong(at + ElementPool.KEY + 16) == third) {
                    return at;
                }
                at = RawMemory.getLong(at) & ADDRESS;
            }
            if (at == end(bucket)) {
                return 0;
            }
        }
    }

    @HotPath
    long findAny(long key) {
        int hash = KeyHash.of(key, keySize, seed);
        int bucket = hash & mask;
        while (true) {
            long at = first(bucket);
            while ((at & END) == 0) {
                if (RawMemory.getInt(at + ElementPool.HASH) == hash
                        && KeyHash.equal(at + ElementPool.KEY, key, keySize)) {
                    return at;
                }
                at = RawMemory.getLong(at) & ADDRESS;
            }
            if (at == end(bucket)) {
                return 0;
            }
        }
    }

    /// The bucket's first element, or its end.
    @HotPath
    long first(int bucket) {
        long word = RawMemory.getLong(base + 8L * bucket);
        VarHandle.acquireFence(); // pairs with insert(), replace() and remove()
        return word & ADDRESS;
    }

    /// The first element at or behind `at`, which is an element or the end of a chain; 0 when there
    /// is none in this bucket or a later one.
    @HotPath
    long elementFrom(long at) {
        long element = at;
        while ((element & END) != 0) {
            int bucket = (int) (element >>> 2) + 1;
            if (bucket > mask) {
                return 0;
            }
            element = first(bucket);
        }
        return element;
    }

    @HotPath
    private static long end(int bucket) {
        return (long) bucket << 2 | END;
    }

    // ---- writers

    /// Locks the bucket of a hash; returns the bucket's address.
    @HotPath
    long lock(int hash) {
        long bucket = base + 8L * (hash & mask);
        int spins = 0;
        while (true) {
            long head = RawMemory.getLong(bucket);
            if ((head & LOCKED) == 0
                    && RawAtomics.compareExchange64(bucket, head, head | LOCKED) == head) {
                return bucket;
            }
            spins = SpinWord.pause(spins);
        }
    }

    @HotPath
    void unlock(long bucket) {
        RawAtomics.storeRelease64(bucket, RawMemory.getLong(bucket) & ~LOCKED);
    }

    /// Address of the word that leads to the key's element, or 0. The bucket is locked.
    @HotPath
    long linkTo(long bucket, int hash, long key) {
        long link = bucket;
        while (true) {
            long at = RawMemory.getLong(link) & ~LOCKED;
            if ((at & END) != 0) {
                return 0;
            }
            if (RawMemory.getInt(at + ElementPool.HASH) == hash
                    && KeyHash.equal(at + ElementPool.KEY, key, keySize)) {
                return link;
            }
            link = at;
        }
    }

    /// Address of the word that leads to the element, or 0. The bucket is locked.
    @HotPath
    long linkToElement(long bucket, long element) {
        long link = bucket;
        while (true) {
            long at = RawMemory.getLong(link) & ~LOCKED;
            if (at == element) {
                return link;
            }
            if ((at & END) != 0) {
                return 0;
            }
            link = at;
        }
    }

    @HotPath
    static long target(long link) {
        return RawMemory.getLong(link) & ~LOCKED;
    }

    /// Puts an element in front of the bucket's chain. The bucket is locked and stays so.
    @HotPath
    static void insert(long bucket, long element) {
        RawMemory.putLong(element, target(bucket));
        RawAtomics.storeRelease64(bucket, element | LOCKED); // pairs with first()
    }

    /// Puts `element` in the place of the one the link leads to.
    @HotPath
    static void replace(long link, long element) {
        long word = RawMemory.getLong(link);
        RawMemory.putLong(element, RawMemory.getLong(word & ~LOCKED));
        RawAtomics.storeRelease64(link, element | (word & LOCKED)); // pairs with first()
    }

    /// Takes the element the link leads to out of the chain; its own link stays for readers.
    @HotPath
    static void remove(long link) {
        long word = RawMemory.getLong(link);
        RawAtomics.storeRelease64(link, RawMemory.getLong(word & ~LOCKED) | (word & LOCKED));
    }
}
