package io.sluice.wire;

import io.sluice.wire.ClientHelloReader.Result;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** ClientHellos: of the JDK, put together by hand, and cut into records and segments. */
final class Hellos {
  static final int BOUND_BYTES = ClientHelloReader.DEFAULT_BOUND_BYTES;

  private static final int LENGTHS_OF_ANYTHING_MAX = 600;

  /** What a reader decided, and with how many bytes. */
  record Outcome(Result result, int decidedAt, ClientHello hello, String detail) {}

  private Hellos() {}

  /** The first record of the JDK's client; {@code serverName} may be null. */
  static byte[] ofJdk(String protocol, String serverName, String... alpn) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {protocol});
    parameters.setApplicationProtocols(alpn);
    if (serverName != null) {
      parameters.setServerNames(List.of(new SNIHostName(serverName)));
    }
    engine.setSSLParameters(parameters);
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), record);
    byte[] bytes = new byte[record.flip().remaining()];
    record.get(bytes);
    return bytes;
  }

  /** The handshake inside one record. */
  static byte[] message(byte[] record) {
    return Arrays.copyOfRange(record, 5, record.length);
  }

  /** A handshake message with one cipher suite; without {@code extensions} when that is null. */
  static byte[] message(byte[] extensions, int sessionIdBytes) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {3, 3});
    body.writeBytes(new byte[32]);
    body.writeBytes(vector(1, new byte[sessionIdBytes]));
    body.writeBytes(vector(2, new byte[] {0x13, 0x01}));
    body.writeBytes(vector(1, new byte[1]));
    if (extensions != null) {
      body.writeBytes(vector(2, extensions));
    }
    return Prefixes.join(new byte[] {1}, vector(3, body.toByteArray()));
  }

  static byte[] extension(int type, byte[] data) {
    return Prefixes.join(new byte[] {(byte) (type >> 8), (byte) type}, vector(2, data));
  }

  static byte[] serverName(String name) {
    byte[] host = vector(2, name.getBytes(StandardCharsets.ISO_8859_1));
    return extension(0, vector(2, Prefixes.join(new byte[] {0}, host)));
  }

  static byte[] alpn(String... protocols) {
    byte[] list = new byte[0];
    for (String protocol : protocols) {
      list = Prefixes.join(list, vector(1, protocol.getBytes(StandardCharsets.ISO_8859_1)));
    }
    return extension(16, vector(2, list));
  }

  /** {@code bytes} behind their length, which takes {@code lengthBytes}. */
  static byte[] vector(int lengthBytes, byte[] bytes) {
    byte[] vector = new byte[lengthBytes + bytes.length];
    for (int i = 0; i < lengthBytes; i++) {
      vector[i] = (byte) (bytes.length >>> (8 * (lengthBytes - 1 - i)));
    }
    System.arraycopy(bytes, 0, vector, lengthBytes, bytes.length);
    return vector;
  }

  /** One record with all of {@code message}. */
  static byte[] record(byte[] message) {
    return records(message, at -> message.length);
  }

  /** {@code pieceBytes} says for each place in the message how long the record from there is. */
  static byte[] records(byte[] message, IntUnaryOperator pieceBytes) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int at = 0; at < message.length; ) {
      int length = Math.min(pieceBytes.applyAsInt(at), message.length - at);
      records.writeBytes(new byte[] {22, 3, 1, (byte) (length >> 8), (byte) length});
      records.write(message, at, length);
      at += length;
    }
    return records.toByteArray();
  }

  /** As {@link Prefixes#read}: MORE up to some length, one answer from there on. */
  static Outcome read(byte[] bytes, int maxBytes) {
    return read(bytes, maxBytes, bytes.length);
  }

  static Outcome read(byte[] bytes) {
    return read(bytes, BOUND_BYTES);
  }

  /** What holds for whatever comes. */
  static void readAnything(byte[] bytes) {
    // A bound below the usual one, so that it is reached.
    Outcome outcome = read(bytes, 1_000, LENGTHS_OF_ANYTHING_MAX);
    if (outcome.hello == null) {
      return;
    }
    String name = outcome.hello.serverName();
    Prefixes.check(name == null || name.matches("[!-@\\[-~]{1,255}"), "a name as no other", name);
    byte[] again =
        message(
            Prefixes.join(
                name == null ? new byte[0] : serverName(name),
                outcome.hello.alpn().isEmpty()
                    ? new byte[0]
                    : alpn(outcome.hello.alpn().toArray(String[]::new))),
            0);
    ClientHelloReader reader = new ClientHelloReader(BOUND_BYTES);
    reader.read(ByteBuffer.wrap(record(again)));
    Prefixes.check(
        outcome.hello.equals(reader.hello()),
        "another when read again",
        outcome.hello,
        reader.hello());
  }

  private static Outcome read(byte[] bytes, int maxBytes, int lengths) {
    ClientHelloReader reader = new ClientHelloReader(maxBytes);
    ByteBuffer window = Prefixes.window(bytes, bytes.length);
    int start = window.position();
    Outcome more = new Outcome(Result.MORE, 0, null, null);
    Outcome decided = more;
    int needed = 0;
    for (int length = 0;
        length <= bytes.length;
        length = Prefixes.after(length, bytes.length, lengths)) {
      Result result = reader.read(window.limit(start + length));
      if (decided.result != Result.MORE) {
        Outcome now = new Outcome(result, decided.decidedAt, reader.hello(), reader.detail());
        Prefixes.check(
            now.equals(decided), "decided, and with more bytes another", decided, length, now);
      } else if (result == Result.MORE) {
        int needs = reader.bytesNeeded();
        Prefixes.check(
            needs > length && needs >= needed && needs <= maxBytes,
            "bytes needed",
            needed,
            length,
            needs);
        Prefixes.check(reader.hello() == null && reader.detail() == null, "something with MORE");
        needed = needs;
      } else {
        decided = new Outcome(result, length, reader.hello(), reader.detail());
        Prefixes.check(
            result != Result.DONE || length >= needed,
            "decided with fewer bytes than needed",
            needed,
            decided);
      }
    }
    return decided;
  }
}
