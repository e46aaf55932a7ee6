package io.sluice.bench.methods;

import io.sluice.linux.ErrnoException;

/** One way of moving bytes from a descriptor to a socket; both block. One thread. */
interface Mover extends AutoCloseable {

  /**
   * Moves exactly {@code bytes}.
   *
   * @param in a socket, or a file whose offset is {@code position}
   * @param position where in the file the bytes begin; a multiple of the page size
   * @return the number of system calls that it took
   */
  long move(int in, long position, int out, long bytes) throws ErrnoException;

  @Override
  void close();
}
