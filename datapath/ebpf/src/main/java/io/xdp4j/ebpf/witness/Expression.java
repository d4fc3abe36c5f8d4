package io.xdp4j.ebpf.witness;

import io.xdp4j.ebpf.isa.Insn;
import java.util.ArrayList;
import java.util.List;

/// How a number was made from bytes of the packet, or of a map value.
sealed interface Expression {
    /// The number, as the bytes are now.
    long value();

    /// Nodes.
    int size();

    void collect(List<Read> reads);

    /// The bytes it depends on.
    default List<Read> reads() {
        List<Read> reads = new ArrayList<>();
        collect(reads);
        return reads;
    }

    /// Bytes read as a number.
    final class Read implements Expression {
        private final byte[] bytes;
        private final int offset;
        private final int width;
        private final boolean signed;

        Read(byte[] bytes, int offset, int width, boolean signed) {
            this.bytes = bytes;
            this.offset = offset;
            this.width = width;
            this.signed = signed;
        }

        /// True when these bytes are read.
        @SuppressWarnings("ReferenceEquality") // the same array is meant
        boolean isOf(byte[] array) {
            return bytes == array;
        }

        int offset() {
            return offset;
        }

        int width() {
            return width;
        }

        @Override
        public long value() {
            return Numbers.read(bytes, offset, width, signed);
        }

        long raw() {
            return Numbers.read(bytes, offset, width, false);
        }

        void write(long raw) {
            Numbers.write(bytes, offset, width, raw);
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public void collect(List<Read> reads) {
            reads.add(this);
        }
    }

    /// A number that does not depend on any.
    record Constant(long value) implements Expression {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public void collect(List<Read> reads) {}
    }

    /// What an instruction makes of two numbers.
    record Change(Insn insn, Expression left, Expression right) implements Expression {
        @Override
        public long value() {
            return Numbers.apply(left.value(), right.value(), insn);
        }

        @Override
        public int size() {
            return 1 + left.size() + right.size();
        }

        @Override
        public void collect(List<Read> reads) {
            left.collect(reads);
            right.collect(reads);
        }
    }
}
