package io.xdp4j.tools.exit;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Standard output that remembers why it could not be written: a `PrintStream` keeps that to itself.
///
/// Thread: any.
public final class StandardOutput extends FilterOutputStream {
    private static final String BROKEN_PIPE = "Broken pipe";

    private volatile @Nullable String failure;

    private StandardOutput(OutputStream out) {
        super(out);
    }

    /// Puts one in place of `System.out`.
    public static StandardOutput install() {
        StandardOutput guard =
                new StandardOutput(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
        System.setOut(new PrintStream(guard, true, StandardCharsets.UTF_8));
        return guard;
    }

    /// For bytes in place of text; closing it leaves standard output open.
    public static OutputStream bytes() {
        return new FilterOutputStream(System.out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }

    /// True once nobody takes what is printed.
    public static boolean isLost() {
        return System.out.checkError();
    }

    /// Why something that was printed is lost; empty when nothing is, or when its reader left, as
    /// `head` does.
    public Optional<String> failure() {
        System.out.flush();
        return Optional.ofNullable(failure).filter(why -> !why.equals(BROKEN_PIPE));
    }

    @Override
    public void write(int b) throws IOException {
        try {
            out.write(b);
        } catch (IOException e) {
            throw noted(e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw noted(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw noted(e);
        }
    }

    private IOException noted(IOException e) {
        if (failure == null) {
            failure = e.getMessage();
        }
        return e;
    }
}
