package io.sluice.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a socket, a pipe, an epoll or an eventfd open, by /proc/self/fd.
 *
 * <p>Files are not counted: the JVM opens jars and classes when it likes.
 */
public final class OpenDescriptors implements BeforeEachCallback, AfterEachCallback {
  private static final Path OWN = Path.of("/proc/self/fd");
  private static final long MOMENT_NS = Duration.ofSeconds(10).toNanos();
  private static final long LOOK_NS = Duration.ofMillis(5).toNanos();
  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(OpenDescriptors.class);

  /** Open descriptors now that are no files, by number: what each of them is. */
  public static Map<Integer, String> now() {
    Map<Integer, String> open = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(OWN)) {
      for (Path entry : entries) {
        String what = target(entry);
        if (!what.startsWith("/") && !what.isEmpty()) {
          open.put(Integer.parseInt(entry.getFileName().toString()), what);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return open;
  }

  /**
   * What is open now and was not in {@code before}. Counts would not do: what earlier tests left to
   * the collector is closed at any time.
   */
  public static Map<Integer, String> since(Map<Integer, String> before) {
    Map<Integer, String> opened = now();
    opened.entrySet().removeAll(before.entrySet());
    // The JDK puts a socket of its own in the place of one that is being closed by another thread.
    opened.values().removeIf(what -> what.startsWith("socket:") && before.containsValue(what));
    return opened;
  }

  /** The flags of an open descriptor as open(2) and fcntl(2) have them, by proc(5) fdinfo. */
  public static int flags(int fd) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo", String.valueOf(fd)))) {
        if (line.startsWith("flags:")) {
          return Integer.parseUnsignedInt(line.substring("flags:".length()).trim(), 8);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("no flags of descriptor " + fd);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    openWhatTheJdkKeeps();
    context.getStore(HERE).put("before", now());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    @SuppressWarnings("unchecked") // Put there by beforeEach.
    Map<Integer, String> before = context.getStore(HERE).get("before", Map.class);
    Map<Integer, String> left = since(before);
    long begunNs = System.nanoTime();
    // What a thread of the test still has to let go of is closed in a moment, what is lost never.
    while (!left.isEmpty() && System.nanoTime() - begunNs < MOMENT_NS) {
      LockSupport.parkNanos(LOOK_NS);
      left = since(before);
    }
    if (!left.isEmpty()) {
      throw new AssertionError("descriptors left open: " + left);
    }
  }

  /** The first channel of a process leaves a socket behind on purpose. */
  private static void openWhatTheJdkKeeps() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketChannel.open(server.getLocalAddress()).close();
    }
  }

  /** Empty for a descriptor that has been closed meanwhile. */
  private static String target(Path entry) {
    try {
      return Files.readSymbolicLink(entry).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
