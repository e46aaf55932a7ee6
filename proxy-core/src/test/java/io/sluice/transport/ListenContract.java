package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Listening, watching and accepting, over TCP. */
abstract class ListenContract extends ContractFixture {

  @Test
  void acceptedConnectionCarriesBytesBothWays() throws Exception {
    End end = end();
    Pump echo = pump(end, end);

    send(end.peer, "hello");
    assertThat(fillWhenReady(echo, end)).isEqualTo(5);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(5);

    assertThat(receive(end.peer, 5)).isEqualTo("hello");
  }

  @Test
  void portZeroLetsTheKernelChoose() throws Exception {
    ListenSocket one = listen();
    ListenSocket other = listen();

    assertThat(one.address().port()).isPositive();
    assertThat(other.address().port()).isPositive().isNotEqualTo(one.address().port());
  }

  @Test
  void addressInUseIsExplained() throws Exception {
    SockAddr taken = listen().address();

    assertThatThrownBy(() -> transport.listen(taken, LISTEN, TCP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(taken.toString())
        .hasMessageContaining("already in use")
        .hasMessageContaining("ss -ltnp");
  }

  @Test
  void addressOfAnotherHostIsExplained() {
    SockAddr documentationOnly = SockAddr.inet(ipv4(192, 0, 2, 1), 0);

    assertThatThrownBy(() -> transport.listen(documentationOnly, LISTEN, TCP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("192.0.2.1")
        .hasMessageContaining("no interface of this host");
  }

  @Test
  void closedListenerGivesItsPortBack() throws Exception {
    ListenSocket first = transport.listen(loopback(0), LISTEN, TCP);
    SockAddr address = first.address();
    poller.watch(first, () -> {});
    poller.poll(0);
    poller.unwatch(first);
    first.close();

    ListenSocket second = listen(address);

    assertThat(second.address()).isEqualTo(address);
  }

  @Test
  void connectionNobodyAcceptedIsResetWhenTheListenerCloses() throws Exception {
    ListenSocket listener = transport.listen(loopback(0), LISTEN, TCP);
    Socket peer = peerOf(listener);

    listener.close();

    assertThatThrownBy(() -> peer.getInputStream().read()).hasMessageContaining("reset");
  }

  @Test
  void acceptWithoutWaitingConnectionIsWouldBlock() throws Exception {
    ListenSocket listener = listen();

    assertThat(poller.accept(listener)).isNull();
    assertThat(poller.lastError()).isEqualTo(-Errno.EAGAIN);
  }

  @Test
  void waitingConnectionIsReportedUntilAccepted() throws Exception {
    ListenSocket listener = listen();
    int[] reports = new int[1];
    poller.watch(listener, () -> reports[0]++);
    peerOf(listener);

    pollUntil(() -> reports[0] >= 3);
    StreamSocket accepted = poller.accept(listener);
    assertThat(accepted).isNotNull();
    int before = reports[0];
    poller.poll(0);
    poller.poll(0);

    assertThat(reports[0]).isEqualTo(before);
    accepted.close();
    poller.unwatch(listener);
  }

  @Test
  void unwatchedConnectionsWaitInTheBacklog() throws Exception {
    ListenSocket listener = listen();
    int[] reports = new int[1];
    poller.watch(listener, () -> reports[0]++);
    poller.unwatch(listener);
    Socket peer = peerOf(listener);
    poller.poll(0);
    poller.poll(20);
    assertThat(reports[0]).isZero();

    End end = new End(peer);
    end.attach(poller, acceptOne(poller, listener));

    assertThat(end.socket.peer().port()).isEqualTo(peer.getLocalPort());
  }

  @Test
  void watchMayEndAndBeginAgainInItsOwnHandler() throws Exception {
    ListenSocket listener = listen();
    int[] reports = new int[2];
    poller.watch(
        listener,
        () -> {
          reports[0]++;
          poller.unwatch(listener);
          poller.watch(listener, () -> reports[1]++);
        });
    peerOf(listener);

    pollUntil(() -> reports[1] >= 1);

    assertThat(reports[0]).isEqualTo(1);
    poller.unwatch(listener);
    int before = reports[1];
    poller.poll(0);
    assertThat(reports[1]).isEqualTo(before);
  }

  @Test
  void unwatchInTheHandlerEndsTheReports() throws Exception {
    ListenSocket listener = listen();
    int[] reports = new int[1];
    poller.watch(
        listener,
        () -> {
          reports[0]++;
          poller.unwatch(listener);
        });
    peerOf(listener);

    pollUntil(() -> reports[0] >= 1);
    poller.poll(0);
    poller.poll(20);

    assertThat(reports[0]).isEqualTo(1);
  }

  @Test
  void watchEndedInTheSameBatchReachesNobody() throws Exception {
    for (int round = 0; round < 20; round++) {
      ListenSocket one = listen();
      ListenSocket other = listen();
      int[] reports = new int[2];
      poller.watch(one, () -> endWatch(other, reports, 0));
      poller.watch(other, () -> endWatch(one, reports, 1));
      peerOf(one);
      peerOf(other);

      pollUntil(() -> reports[0] + reports[1] > 0);
      poller.poll(0);

      assertThat(Math.min(reports[0], reports[1])).as("round %d", round).isZero();
      poller.unwatch(one);
      poller.unwatch(other);
    }
  }

  private void endWatch(ListenSocket victim, int[] reports, int self) {
    reports[self]++;
    poller.unwatch(victim);
  }

  @Test
  void eachConnectionIsAcceptedOnceByOneOfTwoPollers() throws Exception {
    int connections = 20;
    ListenSocket listener = listen();
    Poller[] both = {poller, openPoller()};
    boolean[] acceptable = new boolean[2];
    both[0].watch(listener, () -> acceptable[0] = true);
    both[1].watch(listener, () -> acceptable[1] = true);
    Set<Integer> expected = new HashSet<>();
    Set<Integer> accepted = new HashSet<>();

    for (int i = 0; i < connections; i++) {
      int turn = i % 2;
      expected.add(peerOf(listener).getLocalPort());
      acceptable[turn] = false;
      pollUntil(both[turn], () -> acceptable[turn]);
      StreamSocket socket = both[turn].accept(listener);
      assertThat(both[1 - turn].accept(listener)).isNull();
      assertThat(both[1 - turn].lastError()).isEqualTo(-Errno.EAGAIN);
      accepted.add(socket.peer().port());
      socket.close();
    }

    assertThat(accepted).hasSize(connections).isEqualTo(expected);
    both[0].unwatch(listener);
    both[1].unwatch(listener);
  }

  @Test
  void acceptedConnectionMayLiveOnAnotherPoller() throws Exception {
    ListenSocket listener = listen();
    Poller other = openPoller();
    End end = new End(peerOf(listener));
    end.attach(other, acceptOne(poller, listener));
    Pump echo = other.pump(end.socket, end.socket, new FlowCounters());
    assertThat(echo.fill()).isEqualTo(-Errno.EAGAIN);

    send(end.peer, "x");
    pollUntil(other, end.socket::isReadable);
    assertThat(echo.fill()).isEqualTo(1);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(1);

    assertThat(receive(end.peer, 1)).isEqualTo("x");
    assertThat(other.usage().sockets()).isEqualTo(1);
    assertThat(poller.usage().sockets()).isZero();
  }

  @Test
  void socketsKnowBothAddresses() throws Exception {
    ListenSocket listener = listen();
    End end = new End(peerOf(listener));
    end.attach(poller, acceptOne(poller, listener));

    assertThat(end.socket.local()).isEqualTo(listener.address());
    assertThat(end.socket.peer()).isEqualTo(loopback(end.peer.getLocalPort()));
  }

  @Test
  void ipv6ConnectionsAreAccepted() throws Exception {
    assumeTrue(hasIpv6Loopback(), "no IPv6 loopback on this host");
    InetAddress loopback6 = ipv6(1);
    ListenSocket listener = listen(SockAddr.inet(loopback6, 0));
    End end = new End(peerOf(listener));
    end.attach(poller, acceptOne(poller, listener));

    assertThat(end.socket.peer()).isEqualTo(SockAddr.inet(loopback6, end.peer.getLocalPort()));
    assertThat(end.socket.local()).isEqualTo(listener.address());
  }

  @Test
  void everyAddressMeansIpv4AndIpv6() throws Exception {
    assumeTrue(hasIpv6Loopback(), "no IPv6 loopback on this host");
    ListenSocket listener = listen(SockAddr.inet(ipv6(0), 0));
    int port = listener.address().port();

    for (InetAddress host : new InetAddress[] {ipv4(127, 0, 0, 1), ipv6(1)}) {
      End end = new End(peer(new InetSocketAddress(host, port)));
      end.attach(poller, acceptOne(poller, listener));
      assertThat(end.socket.peer().port()).isEqualTo(end.peer.getLocalPort());
    }
  }

  @Test
  void everyIpv4AddressIsNotIpv6() throws Exception {
    assumeTrue(hasIpv6Loopback(), "no IPv6 loopback on this host");
    ListenSocket listener = listen(SockAddr.inet(ipv4(0, 0, 0, 0), 0));
    InetSocketAddress over6 = new InetSocketAddress(ipv6(1), listener.address().port());

    assertThatThrownBy(() -> peer(over6)).hasMessageContaining("refused");
  }

  private static boolean hasIpv6Loopback() throws IOException {
    return NetworkInterface.getByInetAddress(ipv6(1)) != null;
  }

  private static InetAddress ipv6(int lastByte) throws IOException {
    byte[] address = new byte[16];
    address[15] = (byte) lastByte;
    return InetAddress.getByAddress(address);
  }

  private static InetAddress ipv4(int a, int b, int c, int d) {
    try {
      return InetAddress.getByAddress(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
