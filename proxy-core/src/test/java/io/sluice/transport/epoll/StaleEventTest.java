package io.sluice.transport.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.OpenDescriptors;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.Poller.ReadyHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Row 18. An event that the kernel reported for a descriptor which was closed, and given to another
 * connection, while the batch was handled.
 */
@ExtendWith(OpenDescriptors.class)
class StaleEventTest {
  private static final int STORM = 100;
  private static final int POLLS_MAX = 2_000;

  private final List<SocketChannel> clients = new ArrayList<>();
  private EpollPoller poller;
  private ListenSocket listener;

  @BeforeEach
  void open() throws IOException {
    PumpConfig pump = new PumpConfig(PumpConfig.Mode.AUTO, 2, 2, 2, 1, 4096, 65536, 16, 65536);
    EpollTransport transport = new EpollTransport(LinuxSyscalls.open(), true, pump);
    poller = (EpollPoller) transport.openPoller(pump);
    listener =
        transport.listen(
            SockAddr.inet(InetAddress.getLoopbackAddress(), 0),
            new ListenOptions(2 * STORM, Duration.ZERO, 0, false),
            new TcpOptions(true, false, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, ""));
  }

  @AfterEach
  void close() throws IOException {
    for (SocketChannel client : clients) {
      client.close();
    }
    listener.close();
    poller.close();
  }

  @Test
  @DisplayName("18: events for the closed reach neither them nor those who have their descriptors")
  void eventsOfTheClosedReachNobody() throws IOException {
    List<EpollSocket> old = new ArrayList<>();
    List<EpollSocket> fresh = new ArrayList<>();
    List<EpollSocket> reported = new ArrayList<>();
    Set<Integer> closedFds = new HashSet<>();
    boolean[] storm = new boolean[1];
    for (int i = 0; i < STORM; i++) {
      EpollSocket socket = connect();
      old.add(socket);
      attach(
          socket,
          () -> {
            reported.add(socket);
            if (storm[0]) {
              storm[0] = false;
              replaceAllBut(socket, old, fresh, closedFds, reported);
            }
          });
    }
    quiet(reported);
    for (SocketChannel client : clients) {
      client.write(ByteBuffer.wrap(new byte[] {1}));
    }

    storm[0] = true;
    int events = poller.poll(1_000);

    assertThat(events).isEqualTo(STORM);
    assertThat(reported).hasSize(1).isSubsetOf(old);
    assertThat(poller.usage().staleEvents()).isEqualTo(STORM - 1);
    assertThat(fresh).hasSize(STORM - 1).noneMatch(EpollSocket::isReadable);
    assertThat(fresh.stream().filter(socket -> closedFds.contains(socket.fd())))
        .as("new connections on the descriptors of closed ones, but for any freed elsewhere")
        .hasSizeGreaterThan(STORM - 10);
    quiet(reported);
    assertThat(fresh).noneMatch(EpollSocket::isReadable).noneMatch(EpollSocket::isBroken);
    assertThat(poller.usage().staleEvents()).isEqualTo(STORM - 1);
  }

  /** In the middle of a batch: all others close, and as many wait to be accepted. */
  private void replaceAllBut(
      EpollSocket spared,
      List<EpollSocket> old,
      List<EpollSocket> fresh,
      Set<Integer> closedFds,
      List<EpollSocket> reported) {
    try {
      for (int i = 1; i < STORM; i++) {
        clients.add(SocketChannel.open(listener.address().toJava()));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    for (EpollSocket socket : old) {
      if (socket != spared) {
        closedFds.add(socket.fd());
        socket.close();
      }
    }
    for (int i = 1; i < STORM; i++) {
      EpollSocket socket = accept();
      fresh.add(socket);
      attach(socket, () -> reported.add(socket));
    }
  }

  private EpollSocket connect() throws IOException {
    clients.add(SocketChannel.open(listener.address().toJava()));
    return accept();
  }

  private EpollSocket accept() {
    EpollSocket socket = (EpollSocket) poller.accept(listener);
    assertThat(socket).as(Errno.name(-poller.lastError())).isNotNull();
    return socket;
  }

  private void attach(EpollSocket socket, ReadyHandler handler) {
    assertThat(poller.attach(socket, handler)).isZero();
  }

  /** Polls until nothing more is reported, such as that new sockets are writable. */
  private void quiet(List<EpollSocket> reported) {
    int polls = 0;
    while (poller.poll(0) > 0) {
      assertThat(polls++).isLessThan(POLLS_MAX);
    }
    reported.clear();
  }
}
