package io.sluice.transport;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.SourceAddress;
import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The process' way to the operating system: makes listening sockets, which all loops share, and one
 * {@link Poller} for each loop. Thread-safe.
 */
public interface Transport {

  /** {@code epoll} or {@code nio}, as operators write it. */
  String name();

  /**
   * Binds and listens.
   *
   * <p>A UNIX path left behind by a dead process is reused, one on which a process still listens is
   * refused. {@code tcp} holds for the connections accepted here.
   *
   * @throws IOException with the address, the reason, and what to do about it
   */
  ListenSocket listen(SockAddr address, ListenOptions options, TcpOptions tcp) throws IOException;

  /**
   * Tries whether connections to {@code server} may come from {@code source}, without connecting.
   *
   * @throws IOException with source, reason, and what to do about it
   */
  void checkSource(SockAddr server, SourceAddress source) throws IOException;

  /**
   * Takes over a socket that listens already, from the service manager for example. Its options for
   * accepted connections become those of {@code tcp}; the rest stays as whoever opened it wanted
   * it. A UNIX path is not removed when it is closed: it belongs to who bound it.
   *
   * @param fd a listening, non-blocking stream socket; belongs to the result, and stays the
   *     caller's when this fails
   * @throws IOException when this transport cannot, with the reason
   */
  ListenSocket adopt(int fd, TcpOptions tcp) throws IOException;

  /**
   * Goes on with a socket that {@link #listen} opened in an earlier process, as if it had just
   * opened it. A UNIX path must still be the file that it made.
   *
   * @param fd as for {@link #adopt}
   * @throws IOException as for {@link #adopt}
   */
  ListenSocket readopt(int fd, ListenOptions options, TcpOptions tcp) throws IOException;

  /**
   * A poller for one event loop, which from then on is the only thread to use it.
   *
   * @throws IOException when the process is out of descriptors
   */
  Poller openPoller(PumpConfig pump) throws IOException;

  /**
   * Makes a file that did not exist, mode 0600. Blocks as long as the file system does.
   *
   * @param base a directory, made with mode 0700 if there is none; links to it are followed
   * @param below the file from there on; the directories in it are made with mode 0700 if there are
   *     none, and neither they nor the file are ever symbolic links
   * @throws java.nio.file.FileAlreadyExistsException when there is anything of that name
   * @throws IOException with the path and the reason
   * @throws IllegalArgumentException when {@code below} is empty, absolute, or leads upwards
   */
  OutputFile createFile(Path base, String below) throws IOException;

  /**
   * Makes room for a new file of a name that is taken: the file becomes {@code below.1}, what was
   * {@code below.1} becomes {@code below.2}, and so on; what was {@code below.keep} is removed. So
   * logrotate(8) does it. Those that do not exist are passed over.
   *
   * @param keep how many old files there may be, at least 1
   * @throws IOException with the path and the reason; some files may have their new name then, none
   *     but the last is lost
   */
  void rotateFile(Path base, String below, int keep) throws IOException;
}
