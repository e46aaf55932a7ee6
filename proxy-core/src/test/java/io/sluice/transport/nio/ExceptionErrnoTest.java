package io.sluice.transport.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class ExceptionErrnoTest {

  @Test
  void textDecides() {
    assertThat(ExceptionErrno.ofRead(new SocketException("Connection reset")))
        .isEqualTo(-Errno.ECONNRESET);
    assertThat(ExceptionErrno.ofRead(new IOException("Connection timed out")))
        .isEqualTo(-Errno.ETIMEDOUT);
    assertThat(ExceptionErrno.ofWrite(new IOException("Connection reset by peer")))
        .isEqualTo(-Errno.ECONNRESET);
    assertThat(ExceptionErrno.ofWrite(new IOException("Broken pipe"))).isEqualTo(-Errno.EPIPE);
    assertThat(ExceptionErrno.ofConnect(new ConnectException("Connection timed out")))
        .isEqualTo(-Errno.ETIMEDOUT);
    assertThat(ExceptionErrno.ofConnect(new SocketException("Network is unreachable")))
        .isEqualTo(-Errno.ENETUNREACH);
    assertThat(ExceptionErrno.ofConnect(new SocketException("Cannot assign requested address")))
        .isEqualTo(-Errno.EADDRNOTAVAIL);
  }

  @Test
  void processAndSystemOutOfDescriptorsAreTold() {
    assertThat(ExceptionErrno.ofAccept(new IOException("Too many open files")))
        .isEqualTo(-Errno.EMFILE);
    assertThat(ExceptionErrno.ofAccept(new IOException("Too many open files in system")))
        .isEqualTo(-Errno.ENFILE);
  }

  @Test
  void unknownTextFallsBackToClassThenOperation() {
    assertThat(ExceptionErrno.ofConnect(new NoRouteToHostException("Keine Route zum Zielrechner")))
        .isEqualTo(-Errno.EHOSTUNREACH);
    assertThat(ExceptionErrno.ofConnect(new ConnectException("Verbindungsaufbau abgelehnt")))
        .isEqualTo(-Errno.ECONNREFUSED);
    assertThat(ExceptionErrno.ofRead(new IOException("unbekannt"))).isEqualTo(-Errno.ECONNRESET);
    assertThat(ExceptionErrno.ofWrite(new IOException((String) null))).isEqualTo(-Errno.EPIPE);
    assertThat(ExceptionErrno.ofAccept(new IOException("unbekannt"))).isEqualTo(-Errno.EIO);
  }

  @Test
  void closedChannelIsABadDescriptor() {
    assertThat(ExceptionErrno.ofRead(new ClosedChannelException())).isEqualTo(-Errno.EBADF);
  }
}
