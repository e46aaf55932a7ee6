package io.sluice.proxy;

import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A blocking client that gives up on an answer after a while. */
final class Client implements AutoCloseable {
  private static final int ANSWER_MAX_MS = 20_000;

  final Socket socket = new Socket();

  Client(InetSocketAddress address) throws IOException {
    socket.setSoTimeout(ANSWER_MAX_MS);
    socket.connect(address, ANSWER_MAX_MS);
  }

  static Client of(SockAddr address) throws IOException {
    return new Client((InetSocketAddress) address.toJava());
  }

  /** Of the port of {@code address}, by another address of this machine. */
  static Client of(String host, SockAddr address) throws IOException {
    return new Client(new InetSocketAddress(InetAddress.getByName(host), address.port()));
  }

  /** Sends {@code text} and waits for as many bytes to come back. */
  String ask(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    byte[] answer = socket.getInputStream().readNBytes(text.length());
    return new String(answer, StandardCharsets.ISO_8859_1);
  }

  /** Sends FIN and waits for the other side's; returns what came before it. */
  String finish() throws IOException {
    socket.shutdownOutput();
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** True when the other side has ended the connection, one way or the other. */
  boolean isEnded() throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
