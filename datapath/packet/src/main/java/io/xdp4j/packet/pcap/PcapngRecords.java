package io.xdp4j.packet.pcap;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.Arrays;

/// The packet blocks of a pcapng file; blocks of other kinds are skipped.
///
/// Knows section headers (each with its own byte order and interfaces), interface descriptions with
/// `if_tsresol` and `if_tsoffset`, enhanced and simple packet blocks, and the obsolete packet
/// block.
final class PcapngRecords extends RecordSource {
    static final int LINKTYPE_ETHERNET = 1;
    static final int BLOCK_SECTION = 0x0a0d_0d0a;

    private static final Timescale MICROS = new Timescale(Timescale.MICROS, 0);
    private static final int BLOCK_INTERFACE = 1;
    private static final int BLOCK_PACKET = 2;
    private static final int BLOCK_SIMPLE = 3;
    private static final int BLOCK_ENHANCED = 6;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
    private static final int MIN_BLOCK = 12;
    private static final int PACKET_FIELDS = 20;
    private static final int INTERFACE_FIELDS = 8;
    private static final int SECTION_FIELDS = 16;
    private static final int MAX_INTERFACE_BLOCK = 1 << 16;
    private static final int MAX_INTERFACES = 1024;
    private static final int OPTION_TSRESOL = 9;
    private static final int OPTION_TSOFFSET = 14;

    private int[] linkTypes = new int[4];
    private int[] snapLengths = new int[4];
    private Timescale[] timescales = {MICROS, MICROS, MICROS, MICROS};
    private int interfaces;

    PcapngRecords(FileWindow file, long fileBytes) {
        super(file, fileBytes);
    }

    static String wrongLinkType(int linkType) {
        return "link type: "
                + linkType
                + " (expected: 1, Ethernet; capture on one interface instead of 'any')";
    }

    @Override
    void rewind() {
        nextOffset = 0;
        interfaces = 0;
    }

    @HotPath
    @Override
    boolean advance() {
        while (true) {
            recordOffset = nextOffset;
            long block = file.at(recordOffset, MIN_BLOCK);
            if (block == 0) {
                return endWithin();
            }
            int type = s32(block);
            if (type == BLOCK_SECTION && !startSection(block)) {
                return false;
            }
            long length = u32(block + 4);
            if (length < MIN_BLOCK || (length & 3) != 0) {
                return damagedBlock(length);
            }
            nextOffset = recordOffset + length;
            if (nextOffset > fileBytes) {
                return endWithin();
            }
            boolean packet =
                    switch (type) {
                        case BLOCK_SECTION -> checkSection(length);
                        case BLOCK_INTERFACE -> readInterface((int) Math.min(length, 1 << 30));
                        case BLOCK_ENHANCED -> readPacket(length, false);
                        case BLOCK_PACKET -> readPacket(length, true);
                        case BLOCK_SIMPLE -> readSimple(length);
                        default -> false;
                    };
            if (packet || damage != null || truncated) {
                return packet;
            }
        }
    }

    private boolean startSection(long block) {
        bigEndian = RawMemory.getIntBe(block + 8) == BYTE_ORDER_MAGIC;
        interfaces = 0;
        return bigEndian
                || RawMemory.getInt(block + 8) == BYTE_ORDER_MAGIC
                || damaged(
                        "byte-order magic: "
                                + Integer.toHexString(RawMemory.getIntBe(block + 8))
                                + " (expected: 1a2b3c4d)");
    }

    private boolean checkSection(long length) {
        long fields = fields(length, SECTION_FIELDS);
        if (fields != 0 && u16(fields + 4) != 1) {
            damaged("pcapng version: " + u16(fields + 4) + " (expected: 1)");
        }
        return false;
    }

    private boolean readInterface(int length) {
        if (length > MAX_INTERFACE_BLOCK || interfaces == MAX_INTERFACES) {
            return damaged(
                    interfaces == MAX_INTERFACES
                            ? "interfaces: more than " + MAX_INTERFACES + " in a section"
                            : "interface block: " + length + " bytes (expected: <= 65536)");
        }
        if (fields(length, INTERFACE_FIELDS) == 0) {
            return false;
        }
        long block = file.at(recordOffset, length);
        if (block == 0) {
            return endWithin();
        }
        if (interfaces == linkTypes.length) {
            linkTypes = Arrays.copyOf(linkTypes, interfaces * 2);
            snapLengths = Arrays.copyOf(snapLengths, interfaces * 2);
            timescales = Arrays.copyOf(timescales, interfaces * 2);
        }
        linkTypes[interfaces] = u16(block + 8);
        snapLengths[interfaces] = s32(block + 12);
        timescales[interfaces] = timescale(block + 16, block + length - 4);
        interfaces++;
        return false;
    }

    private Timescale timescale(long from, long to) {
        int resolution = Timescale.MICROS;
        long offsetSeconds = 0;
        long option = from;
        while (option + 4 <= to) {
            int code = u16(option);
            int bytes = u16(option + 2);
            long value = option + 4;
            if (code == 0 || value + bytes > to) {
                break;
            }
            if (code == OPTION_TSRESOL && bytes >= 1) {
                resolution = RawMemory.u8(value);
            } else if (code == OPTION_TSOFFSET && bytes >= 8) {
                offsetSeconds = bigEndian ? RawMemory.getLongBe(value) : RawMemory.getLong(value);
            }
            option = value + (bytes + 3 & ~3);
        }
        return new Timescale(resolution, offsetSeconds);
    }

    @HotPath
    private boolean readPacket(long length, boolean obsolete) {
        long fields = fields(length, PACKET_FIELDS);
        if (fields == 0) {
            return false;
        }
        long of = obsolete ? u16(fields) : u32(fields);
        long bytes = u32(fields + 12);
        if (!checkInterface(of) || !checkLength(bytes, length - MIN_BLOCK - PACKET_FIELDS)) {
            return false;
        }
        captured = (int) bytes;
        original = s32(fields + 16) < 0 ? Integer.MAX_VALUE : s32(fields + 16);
        timestampNanos = timescales[(int) of].nanos(u32(fields + 4) << 32 | u32(fields + 8));
        dataOffset = recordOffset + 8 + PACKET_FIELDS;
        return true;
    }

    @HotPath
    private boolean readSimple(long length) {
        long fields = fields(length, 4);
        if (fields == 0 || !checkInterface(0)) {
            return false;
        }
        long bytes = u32(fields);
        original = bytes > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) bytes;
        // A simple block tells the captured length only through the interface's limit.
        if (snapLengths[0] > 0) {
            bytes = Math.min(bytes, snapLengths[0]);
        }
        if (!checkLength(bytes, length - MIN_BLOCK - 4)) {
            return false;
        }
        captured = (int) bytes;
        timestampNanos = 0;
        dataOffset = recordOffset + 12;
        return true;
    }

    /// Address of a block's fixed fields; 0 when the block is too short for them.
    @HotPath
    private long fields(long length, int bytes) {
        long block = length < MIN_BLOCK + bytes ? 0 : file.at(recordOffset, 8 + bytes);
        if (block == 0) {
            shortBlock(length, MIN_BLOCK + bytes);
            return 0;
        }
        return block + 8;
    }

    @HotPath
    private boolean checkInterface(long id) {
        if (id >= interfaces) {
            return damagedInterface(id);
        }
        return linkTypes[(int) id] == LINKTYPE_ETHERNET
                || damaged(wrongLinkType(linkTypes[(int) id]));
    }

    @HotPath
    private boolean checkLength(long bytes, long room) {
        if (bytes > MAX_CAPTURED) {
            return damagedLength("packet", bytes);
        }
        return bytes <= room || damagedRoom(bytes, room);
    }

    // ---- what is wrong, in words; once a file

    private boolean damagedBlock(long length) {
        return damaged("block length: " + length + " (expected: >= 12, multiple of 4)");
    }

    private void shortBlock(long length, int atLeast) {
        damaged("block length: " + length + " (expected: >= " + atLeast + ")");
    }

    private boolean damagedInterface(long id) {
        return damaged("packet of interface " + id + " (expected: below " + interfaces + ")");
    }

    private boolean damagedRoom(long bytes, long room) {
        return damaged("packet: " + bytes + " bytes (expected: <= " + room + " in its block)");
    }
}
