package io.sluice.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.linux.NativeMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jnr.ffi.LibraryLoader;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    manager.alive();
    manager.reloading("reloading");
    manager.storeDescriptor("web", 0);
    manager.removeDescriptors("web");
    manager.extendTimeout(Duration.ofSeconds(3));
    manager.stopping("draining 7 sessions");
    manager.failed(98, "cannot listen");
  }

  @Test
  void lifeCycleReachesASocketInTheFileSystem() throws IOException {
    String path = folder.resolve("notify").toString();
    try (FakeSystemd systemd = new FakeSystemd(path)) {
      tellAll(at(path));

      List<String> received = systemd.received();
      String reloading = received.remove(3);
      assertThat(reloading).matches("RELOADING=1\nMONOTONIC_USEC=\\d+\nSTATUS=reloading");
      assertThat(received)
          .containsExactly(
              "READY=1\nSTATUS=listening\nMAINPID=" + ProcessHandle.current().pid(),
              "STATUS=7 sessions",
              "WATCHDOG=1",
              "FDSTORE=1\nFDNAME=web",
              "FDSTOREREMOVE=1\nFDNAME=web",
              "EXTEND_TIMEOUT_USEC=3000000",
              "STOPPING=1\nSTATUS=draining 7 sessions",
              "STATUS=cannot listen\nERRNO=98");
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void failureThatIsNoSystemCallHasNoErrorNumber() throws IOException {
    String path = folder.resolve("notify").toString();
    try (FakeSystemd systemd = new FakeSystemd(path)) {
      at(path).failed(0, "no such host");

      assertThat(systemd.received()).containsExactly("STATUS=no such host");
    }
  }

  /** The clock that systemd compares a reload's beginning with. */
  public interface Time {
    int clock_gettime(int clock, long timespec);
  }

  @Test
  void reloadBeginsByTheClockOfTheKernel() {
    Time libc = LibraryLoader.create(Time.class).load("c");
    NativeMemory timespec = NativeMemory.allocate(2 * Long.BYTES);

    long beforeUs = monotonicUs(libc, timespec);
    long ourUs = ServiceManager.monotonicUs();
    long afterUs = monotonicUs(libc, timespec);

    assertThat(ourUs).isBetween(beforeUs, afterUs);
  }

  private static long monotonicUs(Time libc, NativeMemory timespec) {
    int clockMonotonic = 1;
    assertThat(libc.clock_gettime(clockMonotonic, timespec.address())).isZero();
    return timespec.buffer().getLong(0) * 1_000_000 + timespec.buffer().getLong(8) / 1000;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a:b", "a\nFDSTOREREMOVE=1", "\u00e9"})
  void nameThatSystemdWouldIgnoreIsRefused(String name) {
    ServiceManager manager = at("/nowhere");

    assertThatIllegalArgumentException().isThrownBy(() -> manager.storeDescriptor(name, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> manager.removeDescriptors(name));
  }

  @Test
  void storeForDescriptorsIsThereWhereItIsSaid() {
    for (String store : List.of("", "0", "-1", "many")) {
      Map<String, String> environment = Map.of("NOTIFY_SOCKET", "/nowhere", "FDSTORE", store);
      assertThat(ServiceManager.of(environment, warnings::add).keepsDescriptors()).isFalse();
    }
    Map<String, String> environment = Map.of("NOTIFY_SOCKET", "/nowhere", "FDSTORE", "64");
    assertThat(ServiceManager.of(environment, warnings::add).keepsDescriptors()).isTrue();
    assertThat(ServiceManager.NONE.keepsDescriptors()).isFalse();
  }

  @Test
  void watchdogIsFedOnlyByTheProcessThatIsWatched() {
    String own = String.valueOf(ProcessHandle.current().pid());

    assertThat(watchdog(Map.of("WATCHDOG_USEC", "3000000"))).hasSeconds(3);
    assertThat(watchdog(Map.of("WATCHDOG_USEC", "1500000", "WATCHDOG_PID", own))).hasMillis(1500);
    assertThat(watchdog(Map.of("WATCHDOG_USEC", "3000000", "WATCHDOG_PID", "1" + own))).isZero();
    assertThat(watchdog(Map.of())).isZero();
    assertThat(warnings).isEmpty();
    assertThat(watchdog(Map.of("WATCHDOG_USEC", "soon"))).isZero();
    assertThat(warnings).containsExactly("WATCHDOG_USEC=soon is not a number; no watchdog is fed");
    assertThat(ServiceManager.NONE.watchdogInterval()).isZero();
  }

  private Duration watchdog(Map<String, String> variables) {
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("NOTIFY_SOCKET", "/nowhere");
    return ServiceManager.of(environment, warnings::add).watchdogInterval();
  }

  @Test
  void lifeCycleReachesAnAbstractSocket() throws IOException {
    String name = "sluice-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    try (FakeSystemd systemd = new FakeSystemd("\0" + name)) {
      tellAll(at("@" + name));

      assertThat(systemd.received()).hasSize(9).first().asString().startsWith("READY=1\n");
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
