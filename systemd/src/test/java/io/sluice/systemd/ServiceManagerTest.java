package io.sluice.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {
  private final List<String> warnings = new ArrayList<>();

  @TempDir Path folder;

  /** What systemd does at its end of NOTIFY_SOCKET. */
  private static final class FakeSystemd implements AutoCloseable {
    private final UnixDatagramChannel channel = UnixDatagramChannel.open();

    FakeSystemd(String name) throws IOException {
      channel.bind(new UnixSocketAddress(name));
      // A datagram has arrived when send() returns: there is nothing to wait for.
      channel.configureBlocking(false);
    }

    List<String> received() throws IOException {
      List<String> all = new ArrayList<>();
      ByteBuffer buffer = ByteBuffer.allocate(4096);
      try {
        while (true) {
          channel.receive(buffer);
          all.add(StandardCharsets.UTF_8.decode(buffer.flip()).toString());
          buffer.clear();
        }
      } catch (IOException e) {
        // This is how jnr-unixsocket says EAGAIN: there is no more.
        assertThat(e).hasMessage("Resource temporarily unavailable");
        return all;
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private ServiceManager at(String notifySocket) {
    return ServiceManager.of(Map.of("NOTIFY_SOCKET", notifySocket), warnings::add);
  }

  private static void tellAll(ServiceManager manager) {
    manager.ready("listening");
    manager.status("7 sessions");
    manager.stopping("draining 7 sessions");
  }

  @Test
  void lifeCycleReachesASocketInTheFileSystem() throws IOException {
    String path = folder.resolve("notify").toString();
    try (FakeSystemd systemd = new FakeSystemd(path)) {
      tellAll(at(path));

      assertThat(systemd.received())
          .containsExactly(
              "READY=1\nSTATUS=listening",
              "STATUS=7 sessions",
              "STOPPING=1\nSTATUS=draining 7 sessions");
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void lifeCycleReachesAnAbstractSocket() throws IOException {
    String name = "sluice-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    try (FakeSystemd systemd = new FakeSystemd("\0" + name)) {
      tellAll(at("@" + name));

      assertThat(systemd.received()).hasSize(3).first().asString().startsWith("READY=1\n");
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void statusCannotSmuggleAnotherAssignment() throws IOException {
    String path = folder.resolve("notify").toString();
    try (FakeSystemd systemd = new FakeSystemd(path)) {
      at(path).status("one\nWATCHDOG=1");

      assertThat(systemd.received()).containsExactly("STATUS=one; WATCHDOG=1");
    }
  }

  @Test
  void vanishedSocketIsSaidOnceAndNeverFails() throws IOException {
    Path path = folder.resolve("notify");
    ServiceManager manager = at(path.toString());
    new FakeSystemd(path.toString()).close();
    Files.deleteIfExists(path);

    tellAll(manager);
    tellAll(manager);

    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains(path.toString(), "continuing without");
  }

  @Test
  void fullSocketDoesNotBlock() throws IOException {
    String path = folder.resolve("notify").toString();
    try (FakeSystemd systemd = new FakeSystemd(path)) {
      ServiceManager manager = at(path);

      // net.unix.max_dgram_qlen bounds the queue; the default is 10, some systems have 512.
      for (int i = 0; i < 5_000 && warnings.isEmpty(); i++) {
        manager.status("message " + i);
      }

      assertThat(warnings).hasSize(1);
      assertThat(systemd.received()).first().isEqualTo("STATUS=message 0");
    }
  }

  @Test
  void unusableAddressIsSaid() {
    at("relative/path").ready("listening");

    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("relative/path", "neither a path nor an abstract name");
  }

  @Test
  void withoutSystemdThereIsNobodyToTell() {
    assertThat(ServiceManager.of(Map.of(), warnings::add)).isSameAs(ServiceManager.NONE);
    assertThat(at("")).isSameAs(ServiceManager.NONE);
    tellAll(ServiceManager.NONE);
    assertThat(warnings).isEmpty();
  }
}
