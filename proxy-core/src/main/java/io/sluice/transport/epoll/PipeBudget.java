package io.sluice.transport.epoll;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many pages all pipes of the process may have in sum. Bytes in pipes are memory that neither
 * the JVM nor a socket's buffer limits account for, and beyond fs.pipe-user-pages-soft the kernel
 * gives an unprivileged user pipes of two slots without an error (pipe(7)).
 *
 * <p>Thread-safe: shared by the pipe pools of all loops.
 */
final class PipeBudget {
  /** What the kernel allows one user by default, fs/pipe.c; also our bound where it sets none. */
  private static final int KERNEL_DEFAULT_PAGES = 16_384;

  private static final Path USER_PAGES_SOFT = Path.of("/proc/sys/fs/pipe-user-pages-soft");

  private final int pages;
  private final AtomicInteger used = new AtomicInteger();

  PipeBudget(int pages) {
    this.pages = pages;
  }

  /**
   * The budget for {@code configuredPages}; 0 takes half of the kernel's limit for one user, since
   * other processes of that user draw on it too.
   */
  static PipeBudget of(int configuredPages) {
    return new PipeBudget(configuredPages > 0 ? configuredPages : userPagesSoft() / 2);
  }

  /** Takes {@code wanted} pages if {@code spare} pages are left for others after that. */
  boolean reserve(int wanted, int spare) {
    int before = used.get();
    while (before + wanted + spare <= pages) {
      if (used.compareAndSet(before, before + wanted)) {
        return true;
      }
      before = used.get();
    }
    return false;
  }

  void release(int released) {
    int left = used.addAndGet(-released);
    assert left >= 0 : "pages released twice";
  }

  int pages() {
    return pages;
  }

  int used() {
    return used.get();
  }

  private static int userPagesSoft() {
    // Not readString: it begins with a read of one byte, and a sysctl answers only the first read.
    try (BufferedReader reader = Files.newBufferedReader(USER_PAGES_SOFT)) {
      int limit = Integer.parseInt(reader.readLine());
      return limit > 0 ? limit : KERNEL_DEFAULT_PAGES;
    } catch (IOException | NumberFormatException e) {
      return KERNEL_DEFAULT_PAGES; // A masked /proc: assume what kernels come with.
    }
  }
}
