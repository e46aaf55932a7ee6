package io.sluice.bench.load;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * Where bulk bytes come from, shared by all loops.
 *
 * <p>The two ways differ in what a splicing proxy sees: sendfile(2) hands over the file's pages one
 * by one, send(2) copies into socket pages of up to 32 KiB, so that a pipe of 16 slots holds 64 KiB
 * of the one and up to 512 KiB of the other.
 */
public final class Source implements Closeable {

  /** How bytes get into the socket. */
  public enum Way {
    /** send(2) from a reused direct buffer: what most servers do, and the pages are large. */
    SEND("send(2)"),
    /** sendfile(2) from the page cache: no copy, but 4 KiB pages, which fill a pipe with little. */
    SENDFILE("sendfile(2) from the page cache");

    private final String call;

    Way(String call) {
      this.call = call;
    }

    /** For the report. */
    public String call() {
      return call;
    }
  }

  private static final int FILE_BYTES = 8 << 20;
  private static final int PIECE_BYTES = 512 << 10;

  private final Way way;
  private final FileChannel file;
  private final ThreadLocal<ByteBuffer> buffers =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(PIECE_BYTES));

  private Source(Way way, FileChannel file) {
    this.way = way;
    this.file = file;
  }

  /** Writes the file to send from; it should lie on a file system with a page cache. */
  public static Source create(Path path, Way way) throws IOException {
    byte[] content = new byte[FILE_BYTES];
    new Random(1).nextBytes(content);
    FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    file.write(ByteBuffer.wrap(content));
    return new Source(way, file);
  }

  /** Sends one piece: the number of bytes taken, 0 when the socket is full. */
  long send(SocketChannel channel, long sentBefore) throws IOException {
    return switch (way) {
      case SENDFILE -> {
        long position = sentBefore % FILE_BYTES;
        yield file.transferTo(position, Math.min(PIECE_BYTES, FILE_BYTES - position), channel);
      }
      case SEND -> channel.write(buffers.get().clear());
    };
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
