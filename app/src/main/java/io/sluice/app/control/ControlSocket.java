package io.sluice.app.control;

import io.sluice.transport.UnixPath;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket of this process, with a thread of its own.
 *
 * <p>Invariant: at most {@value #CALLERS_MAX} callers at a time, each of which can hold up nobody
 * but itself: all channels are non-blocking, requests are short, and the silent are left. Who comes
 * while there are so many waits in the kernel's queue.
 *
 * <p>Nobody but this user (and root) can connect at any moment: the file is made in a directory
 * that nobody else can enter, gets its mode there, and only then its name. A hard link gives the
 * name, which fails where there is one already: of two processes that start at once one is refused.
 */
final class ControlSocket implements Control {
  private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);

  static final int CALLERS_MAX = 8;

  private static final int BACKLOG = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long END_WAIT_MS = 1_000;

  /** How long nobody is accepted when there was no descriptor for one. */
  private static final long PAUSE_NS = Duration.ofSeconds(1).toNanos();

  private record Outcome(Caller caller, Answer answer) {}

  private final ServerSocketChannel server;
  private final UnixPath path;
  private final Selector selector;
  private final SelectionKey acceptance;
  private final long patienceNs;
  private final List<Caller> callers = new ArrayList<>();
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "sluice-control");
  private Map<String, Command> commands = Map.of();
  private boolean isPaused;
  private long pausedUntilNs;
  private volatile boolean closed;

  private ControlSocket(ServerSocketChannel server, UnixPath path, Duration patience)
      throws IOException {
    this.server = server;
    this.path = path;
    patienceNs = patience.toNanos();
    server.configureBlocking(false);
    selector = Selector.open();
    acceptance = server.register(selector, SelectionKey.OP_ACCEPT);
    thread.setDaemon(true);
  }

  static ControlSocket open(Path path) throws IOException {
    return open(path, PATIENCE);
  }

  /**
   * The same for those in a hurry.
   *
   * @param patience with who sends no request, and with who does not take the answer
   */
  static ControlSocket open(Path path, Duration patience) throws IOException {
    UnixPath.removeIfDead(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      return new ControlSocket(server, bind(server, path), patience);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static UnixPath bind(ServerSocketChannel server, Path path) throws IOException {
    // Short: its own length limits that of the path.
    Path hidden = path.resolveSibling("." + ProcessHandle.current().pid());
    Path unnamed = hidden.resolve("s");
    try {
      remove(unnamed, hidden); // Of a process that died right here.
      var nobodyElse = PosixFilePermissions.fromString("rwx------");
      Files.createDirectory(hidden, PosixFilePermissions.asFileAttribute(nobodyElse));
      server.bind(UnixDomainSocketAddress.of(unnamed), BACKLOG);
      Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("rw-------"));
      Files.createLink(path, unnamed);
      return UnixPath.bound(path);
    } catch (FileAlreadyExistsException e) {
      throw refused(path, e.getFile() + " is there already: does another process start too?", e);
    } catch (NoSuchFileException e) {
      throw refused(path, "there is no directory " + path.getParent(), e);
    } catch (AccessDeniedException e) {
      throw refused(path, "this user may not create files in " + path.getParent(), e);
    } catch (IOException | UnsupportedOperationException e) {
      throw refused(path, e.getMessage(), e);
    } finally {
      remove(unnamed, hidden);
    }
  }

  private static IOException refused(Path path, String reason, Exception cause) {
    return new IOException("cannot listen on unix:" + path + ": " + reason, cause);
  }

  /** What cannot be removed is in the way when it is made, which tells why. */
  private static void remove(Path unnamed, Path hidden) {
    try {
      Files.deleteIfExists(unnamed);
      Files.deleteIfExists(hidden);
    } catch (IOException e) {
      LOG.debug("control socket: cannot remove {}", hidden, e);
    }
  }

  @Override
  public void serve(Map<String, Command> byWord) {
    commands = Map.copyOf(byWord);
    thread.start();
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(waitMs(System.nanoTime()));
        long nowNs = System.nanoTime();
        selector.selectedKeys().forEach(key -> onReady(key, nowNs));
        selector.selectedKeys().clear();
        endPause(nowNs);
        tellOutcomes(nowNs);
        callers.stream().filter(caller -> caller.leftNs(nowNs) <= 0).forEach(Caller::leave);
        leaveGone();
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("the control socket fails: no command reaches this process any more", e);
    } finally {
      end();
    }
  }

  /** Until the first deadline; 0 is for ever. */
  private long waitMs(long nowNs) {
    long leftNs =
        callers.stream().mapToLong(caller -> caller.leftNs(nowNs)).min().orElse(Long.MAX_VALUE);
    if (isPaused) {
      leftNs = Math.min(leftNs, pausedUntilNs - nowNs);
    }
    return leftNs == Long.MAX_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(Math.max(leftNs, 0)) + 1;
  }

  private void onReady(SelectionKey key, long nowNs) {
    if (key == acceptance) {
      accept(nowNs);
      return;
    }
    Caller caller = (Caller) key.attachment();
    attempt(
        caller,
        () -> {
          if (caller.state() == Caller.State.ASKING) {
            caller.onReadable(nowNs).ifPresent(request -> ask(caller, request));
          } else if (caller.state() == Caller.State.HEARING) {
            caller.onWritable(nowNs);
          }
        });
  }

  private interface Step {
    void run() throws IOException;
  }

  /** What fails for one caller is its own affair. */
  private static void attempt(Caller caller, Step step) {
    try {
      step.run();
    } catch (IOException e) {
      caller.leave(); // It has gone before it had its answer.
    } catch (RuntimeException e) {
      LOG.error("control socket: unexpected error, one caller gets no answer", e);
      caller.leave();
    }
  }

  private void accept(long nowNs) {
    SocketChannel channel = null;
    try {
      channel = server.accept();
      if (channel != null) {
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, 0);
        callers.add(new Caller(channel, key, patienceNs, nowNs));
      }
    } catch (IOException e) {
      LOG.warn("control socket: cannot accept, trying again in a second: {}", e.getMessage());
      drop(channel);
      pausedUntilNs = nowNs + PAUSE_NS;
      isPaused = true;
    }
    watch();
  }

  private static void drop(SocketChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.debug("control socket: cannot close a caller", e);
    }
  }

  /**
   * Accepts as long as there is room: the waiting connection of a shortage would be a busy loop.
   */
  private void watch() {
    boolean hasRoom = callers.size() < CALLERS_MAX && !isPaused;
    acceptance.interestOps(hasRoom ? SelectionKey.OP_ACCEPT : 0);
  }

  private void endPause(long nowNs) {
    if (isPaused && nowNs - pausedUntilNs >= 0) {
      isPaused = false;
      watch();
    }
  }

  private void ask(Caller caller, String request) {
    String[] words = request.strip().split(" ", 2);
    Command command = commands.get(words[0]);
    if (command == null) {
      List<String> known = commands.keySet().stream().sorted().toList();
      onOutcome(caller, Answer.failed("unknown request; there are: " + String.join(", ", known)));
      return;
    }
    var unused =
        command
            .run(words.length > 1 ? words[1] : "")
            .whenComplete(
                (answer, thrown) ->
                    onOutcome(caller, answer != null ? answer : Answer.failed("" + thrown)));
  }

  /** From any thread. */
  private void onOutcome(Caller caller, Answer answer) {
    outcomes.add(new Outcome(caller, answer));
    selector.wakeup();
  }

  private void tellOutcomes(long nowNs) {
    for (Outcome next = outcomes.poll(); next != null; next = outcomes.poll()) {
      Outcome outcome = next;
      attempt(outcome.caller(), () -> outcome.caller().tell(outcome.answer(), nowNs));
    }
  }

  private void leaveGone() {
    if (callers.removeIf(caller -> caller.state() == Caller.State.GONE)) {
      watch();
    }
  }

  private void end() {
    long nowNs = System.nanoTime();
    tellOutcomes(nowNs);
    Answer ends = Answer.failed("the process ends");
    for (Caller caller : callers) {
      attempt(caller, () -> caller.tell(ends, nowNs));
      caller.leave();
    }
  }

  @Override
  public void close() {
    if (closed) {
      return; // Its file may be a successor's by now, with the same inode.
    }
    closed = true;
    selector.wakeup();
    try {
      thread.join(END_WAIT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    path.removeIfOurs();
    try {
      server.close();
      selector.close();
    } catch (IOException e) {
      LOG.warn("control socket: {}", e.getMessage());
    }
  }
}
