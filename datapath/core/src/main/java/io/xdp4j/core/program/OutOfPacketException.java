package io.xdp4j.core.program;

/// A program reached beyond its packet. One object without a stack trace: nothing is allocated.
final class OutOfPacketException extends IndexOutOfBoundsException {
    @SuppressWarnings(
            "StaticAssignmentOfThrowable") // without a stack trace there is nothing to share
    static final OutOfPacketException INSTANCE = new OutOfPacketException();

    private static final long serialVersionUID = 1L;

    private OutOfPacketException() {
        super("read beyond data_end");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
