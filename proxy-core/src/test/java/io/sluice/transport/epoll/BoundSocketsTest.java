package io.sluice.transport.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.SourceAddress;
import io.sluice.config.TcpOptions;
import io.sluice.config.UnixFile;
import io.sluice.linux.Errno;
import io.sluice.linux.ForwardingSyscalls;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is set before a socket listens or connects, and what needs a capability. */
class BoundSocketsTest {
  private static final PumpConfig PUMP =
      new PumpConfig(PumpConfig.Mode.COPY, 2, 1 << 15, 3, 1 << 12, 1 << 16, 1 << 16, 16, 1 << 16);
  private static final TcpOptions TCP =
      new TcpOptions(true, false, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, "");
  private static final String NOBODY = "65534";

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void choosePath() {
    path = folder.resolve("s");
  }

  private static ListenOptions options(int mode, String owner, String group) {
    return new ListenOptions(8, Duration.ZERO, 0, false, new UnixFile(mode, owner, group));
  }

  /** Looks at the path at the moment at which the socket begins to listen. */
  private final class AtListen extends ForwardingSyscalls {
    String permissions;

    AtListen() throws IOException {
      super(LinuxSyscalls.open());
    }

    @Override
    public int listen(int fd, int backlog) {
      try {
        permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return super.listen(fd, backlog);
    }
  }

  private ListenSocket listen(AtListen sys, ListenOptions options) throws IOException {
    return new EpollTransport(sys, true, PUMP)
        .listen(SockAddr.unixPath(path.toString()), options, TCP);
  }

  @ParameterizedTest
  @CsvSource({"0600, rw-------", "0666, rw-rw-rw-", "0750, rwxr-x---", "0000, ---------"})
  void permissionsAreThereBeforeItListens(String mode, String shown) throws IOException {
    AtListen sys = new AtListen();

    try (ListenSocket listener = listen(sys, options(Integer.parseInt(mode, 8), "", ""))) {
      assertThat(sys.permissions).isEqualTo(shown);
      assertThat(listener.address()).hasToString("unix:" + path);
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void ownerAndGroupAreSetByNumber() throws IOException {
    Assumptions.assumeTrue(isRoot(), "needs CAP_CHOWN");

    try (ListenSocket listener = listen(new AtListen(), options(0640, NOBODY, NOBODY))) {
      assertThat(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)).isEqualTo(65534);
      assertThat(Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS)).isEqualTo(65534);
      assertThat(listener.address().isUnix()).isTrue();
    }
  }

  @Test
  void unknownOwnerIsSaidAndNothingIsLeft() throws IOException {
    AtListen sys = new AtListen();

    assertThatThrownBy(() -> listen(sys, options(-1, "no-such-user", "")))
        .hasMessage("cannot listen on unix:" + path + ": there is no user or group no-such-user");
    assertThatThrownBy(() -> listen(sys, options(-1, "", "no-such-group")))
        .hasMessage("cannot listen on unix:" + path + ": there is no user or group no-such-group");
    assertThat(path).doesNotExist();
    assertThat(sys.permissions).as("never listened").isNull();
  }

  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  private static SourceAddress source(
      String address, String networkInterface, boolean transparent) {
    return new SourceAddress(address, 0, 0, networkInterface, transparent);
  }

  private static SockAddr loopback() {
    return SockAddr.inet(InetAddress.getLoopbackAddress(), 1);
  }

  @Test
  void interfaceIsBoundToAndAnUnknownOneIsSaid() throws IOException {
    EpollTransport transport = new EpollTransport(LinuxSyscalls.open(), true, PUMP);

    assertThatCode(() -> transport.checkSource(loopback(), source("", "lo", false)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> transport.checkSource(loopback(), source("", "none7", false)))
        .hasMessage(
            "cannot connect to 127.0.0.1:1 from any address, interface none7: No such device"
                + " (ENODEV); there is no interface of this name");
  }

  @Test
  void transparentSourceNeedsNotBeOfThisHost() throws IOException {
    EpollTransport transport = new EpollTransport(LinuxSyscalls.open(), true, PUMP);
    Assumptions.assumeTrue(isRoot(), "needs CAP_NET_ADMIN or CAP_NET_RAW");

    assertThatThrownBy(() -> transport.checkSource(loopback(), source("192.0.2.1", "", false)))
        .hasMessageContaining("EADDRNOTAVAIL");
    assertThatCode(() -> transport.checkSource(loopback(), source("192.0.2.1", "", true)))
        .doesNotThrowAnyException();
  }

  @Test
  void missingCapabilityIsSaid() throws IOException {
    var refusing =
        new ForwardingSyscalls(LinuxSyscalls.open()) {
          @Override
          public int setsockopt(int fd, int level, int option, long value, int length) {
            return -Errno.EPERM;
          }
        };
    EpollTransport transport = new EpollTransport(refusing, true, PUMP);

    assertThatThrownBy(() -> transport.checkSource(loopback(), source("192.0.2.1", "", true)))
        .hasMessage(
            "cannot connect to 127.0.0.1:1 from 192.0.2.1, transparent: Operation not permitted"
                + " (EPERM); transparent needs CAP_NET_ADMIN or CAP_NET_RAW");
  }
}
