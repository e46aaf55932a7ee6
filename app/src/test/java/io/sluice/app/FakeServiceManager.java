package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.awaitility.Awaitility;

/**
 * systemd's end of {@code NOTIFY_SOCKET}: what it is told, read when somebody asks. One thread at a
 * time.
 *
 * <p>No reader of its own: a thread that waits in the kernel outlives the channel's close, and
 * would read from whoever gets the descriptor's number next.
 */
public final class FakeServiceManager implements AutoCloseable {
  private final List<String> received = new ArrayList<>();
  private final UnixDatagramChannel channel = UnixDatagramChannel.open();
  private final String address;

  public FakeServiceManager(Path folder) throws IOException {
    address = folder.resolve("notify").toString();
    channel.bind(new UnixSocketAddress(address));
    channel.configureBlocking(false);
  }

  /** What goes into the environment. */
  public String address() {
    return address;
  }

  /** All messages so far. */
  public synchronized List<String> received() {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    try {
      while (true) {
        channel.receive(buffer);
        received.add(StandardCharsets.UTF_8.decode(buffer.flip()).toString());
        buffer.clear();
      }
    } catch (IOException e) {
      // This is how jnr-unixsocket says EAGAIN: there is no more.
      assertThat(e).hasMessage("Resource temporarily unavailable");
      return List.copyOf(received);
    }
  }

  long count(String message) {
    return received().stream().filter(message::equals).count();
  }

  /** Waits for a message and returns it. */
  public String await(String what, Predicate<String> wanted) {
    Awaitility.await(what)
        .atMost(SluiceProcess.PATIENCE)
        .untilAsserted(() -> assertThat(received()).anyMatch(wanted));
    return received.stream().filter(wanted).findFirst().orElseThrow();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
