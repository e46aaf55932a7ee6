package io.sluice.bench.methods;

import io.sluice.linux.ErrnoException;
import io.sluice.linux.Syscalls;
import java.util.Arrays;
import java.util.List;

/** The ways that are compared, in the order of the table. */
enum Way {
  COPY_8K("read+write, 8 KiB", false, 2),
  COPY_64K("read+write, 64 KiB", false, 2),
  MAP("mmap+write", true, 1),
  SENDFILE("sendfile", true, 0),
  SPLICE("splice through a pipe", false, 0),
  SPLICE_TEE("splice+tee, copy to /dev/null", false, 0);

  private final String title;
  private final boolean filesOnly;
  private final int copies;

  Way(String title, boolean filesOnly, int copies) {
    this.title = title;
    this.filesOnly = filesOnly;
    this.copies = copies;
  }

  String title() {
    return title;
  }

  /**
   * Times that the CPU copies each byte between the source's pages and the target socket's, as is
   * known from the kernel's source; what the receiver does is not in it.
   */
  int copies() {
    return copies;
  }

  /** Those that can begin at a file, or at a socket. */
  static List<Way> from(Origin origin) {
    return switch (origin) {
      case FILE -> List.of(values());
      case SOCKET -> Arrays.stream(values()).filter(way -> !way.filesOnly).toList();
    };
  }

  Mover open(Syscalls syscalls) throws ErrnoException {
    return switch (this) {
      case COPY_8K -> new CopyMover(syscalls, 8 << 10);
      case COPY_64K -> new CopyMover(syscalls, 64 << 10);
      case MAP -> new MapMover(syscalls);
      case SENDFILE -> new SendfileMover(syscalls);
      case SPLICE -> new SpliceMover(syscalls);
      case SPLICE_TEE -> new TeeMover(syscalls);
    };
  }
}
