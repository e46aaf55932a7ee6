package io.sluice.session;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * One session of the relay fuzz: what its two ends send, how fast they read, and how it ends, all
 * drawn from a seed.
 */
final class FuzzSession {
  /** How it ends; the last four cut it short. */
  enum End {
    BOTH_FINISH,
    CLIENT_FINISHES_FIRST,
    SERVER_FINISHES_FIRST,
    CLIENT_RESETS,
    SERVER_RESETS,
    CLIENT_CLOSES,
    SERVER_CLOSES;

    boolean isClean() {
      return ordinal() < CLIENT_RESETS.ordinal();
    }
  }

  private static final int SIZE_MAX = 300_000;

  /** One end: what it sends, and how lively it is. */
  private final class Side {
    private final Peer peer;
    private final byte[] data;
    private final double writes;
    private final double reads;
    private final int chunkMax;
    private final int readMax;

    /** Where it breaks off, if it is the one that does. */
    private final int breakOffAt;

    private int sent;
    private boolean finished;
    private boolean gone;

    Side(Peer peer, int sent, byte[] data) {
      this.peer = peer;
      this.data = data;
      this.sent = sent;
      writes = 0.05 + random.nextDouble();
      reads = 0.05 + random.nextDouble();
      chunkMax = size(random, SIZE_MAX);
      readMax = random.nextBoolean() ? Integer.MAX_VALUE : 100 + random.nextInt(20_000);
      breakOffAt = random.nextInt(data.length + 1);
    }

    void write() throws IOException {
      int length = Math.min(1 + random.nextInt(chunkMax), data.length - sent);
      if (length == 0 || finished || gone || peer.isBroken()) {
        return;
      }
      int written;
      if (urgent && random.nextInt(8) == 0) {
        written = peer.writeUrgent(data[sent]) ? 1 : 0;
      } else {
        written = peer.write(data, sent, length);
      }
      sent += Math.max(written, 0);
    }

    void finish() throws IOException {
      if (!finished && !gone && !peer.isBroken() && sent == data.length) {
        finished = true;
        peer.finish();
      }
    }

    void breakOff(boolean byReset) throws IOException {
      if (!gone && sent >= breakOffAt) {
        gone = true;
        if (byReset) {
          peer.reset();
        } else {
          peer.close();
        }
      }
    }

    boolean isAtEnd() {
      return gone || peer.isEof() || peer.isBroken();
    }
  }

  final End end;
  private final Random random;
  private final boolean urgent;
  private final Side client;
  private final Side server;
  private final String clientAddress;

  private FuzzSession(Random random, boolean urgent, Peer client, int sent, byte[] up)
      throws IOException {
    this.random = random;
    this.urgent = urgent;
    this.client = new Side(client, sent, up);
    clientAddress =
        "127.0.0.1:" + ((InetSocketAddress) client.channel().getLocalAddress()).getPort();
    end = End.values()[random.nextInt(End.values().length)];
    server = null;
  }

  private FuzzSession(FuzzSession begun, Peer server, byte[] down) {
    random = begun.random;
    urgent = begun.urgent;
    client = begun.client;
    clientAddress = begun.clientAddress;
    end = begun.end;
    this.server = new Side(server, 0, down);
  }

  /** Connects, perhaps says something at once, and waits for the server to be connected to. */
  static FuzzSession open(LoopHarness harness, Random random, boolean urgent) throws IOException {
    Peer client = random.nextInt(10) == 0 ? harness.slowClient() : harness.client();
    byte[] up = content(random);
    int early = random.nextInt(4) == 0 ? client.write(up, 0, Math.min(up.length, 5000)) : 0;
    FuzzSession begun = new FuzzSession(random, urgent, client, early, up);
    return new FuzzSession(begun, harness.accepted(0), content(random));
  }

  /** Does a little of everything that may be done now. */
  void step() throws IOException {
    boolean mayAnswer = end != End.CLIENT_FINISHES_FIRST || server.peer.isEof();
    if (random.nextDouble() < client.writes) {
      client.write();
    }
    if (mayAnswer && random.nextDouble() < server.writes) {
      server.write();
    }
    read(client);
    read(server);
    if (end != End.SERVER_FINISHES_FIRST || client.isAtEnd()) {
      client.finish();
    }
    if (mayAnswer) {
      server.finish();
    }
    switch (end) {
      case CLIENT_RESETS, CLIENT_CLOSES -> client.breakOff(end == End.CLIENT_RESETS);
      case SERVER_RESETS, SERVER_CLOSES -> server.breakOff(end == End.SERVER_RESETS);
      default -> {
        // Both finish.
      }
    }
  }

  private void read(Side side) {
    if (!side.gone && random.nextDouble() < side.reads) {
      side.peer.read(side.readMax);
    }
  }

  /** True once neither end can receive anything more. */
  boolean isOver() {
    return client.isAtEnd() && server.isAtEnd();
  }

  /** Grows with everything that happens. */
  long progress() {
    long bytes = (long) client.sent + server.sent + client.peer.count() + server.peer.count();
    return bytes + (client.isAtEnd() ? 1 : 0) + (server.isAtEnd() ? 1 : 0);
  }

  /** Checks what arrived, and lets go of what is left of the connections. */
  void check() throws IOException {
    checkBytes("server", client, server);
    checkBytes("client", server, client);
    client.peer.close();
    server.peer.close();
  }

  private void checkBytes(String who, Side from, Side to) {
    byte[] received = to.peer.bytes();
    int wrong = Arrays.mismatch(from.data, received);
    boolean isPrefix = wrong < 0 || wrong == received.length;
    if (!isPrefix || received.length > from.sent) {
      throw new AssertionError(this + ": the " + who + " received a wrong byte at " + wrong);
    }
    if (end.isClean() && (received.length != from.data.length || !to.peer.isEof())) {
      throw new AssertionError(
          this + ": the " + who + " received " + received.length + " of " + from.data.length);
    }
  }

  /** Checks the line that was logged for it: byte counts and termination state. */
  void checkLine(String line) {
    List<String> words = List.of(line.split(" ", -1));
    String state = words.get(6);
    long down = Long.parseLong(words.get(5));
    long up = Long.parseLong(words.get(9).substring("up=".length()));
    boolean ok =
        end.isClean()
            ? up == client.data.length && down == server.data.length
            : up >= server.peer.count() && up <= client.sent && down >= client.peer.count();
    if (!ok || !states().contains(state)) {
      throw new AssertionError(this + ": logged as " + line);
    }
  }

  /** Who breaks off early may be ahead of our look at the connection to the server. */
  private List<String> states() {
    return switch (end) {
      case SERVER_RESETS, SERVER_CLOSES -> List.of("--", "CD", "SD", "SC");
      case CLIENT_RESETS, CLIENT_CLOSES -> List.of("--", "CD", "SD", "CC");
      default -> List.of("--");
    };
  }

  String clientAddress() {
    return clientAddress;
  }

  int clientPort() {
    return Integer.parseInt(clientAddress.substring(clientAddress.lastIndexOf(':') + 1));
  }

  /** What was sent to the server, or to the client. */
  byte[] sent(boolean up) {
    Side side = up ? client : server;
    return Arrays.copyOf(side.data, side.sent);
  }

  @Override
  public String toString() {
    return end
        + " from "
        + clientAddress
        + (urgent ? " with urgent bytes" : "")
        + (server == null
            ? ""
            : String.format(
                " (up %d of %d got %d, down %d of %d got %d)",
                client.sent,
                client.data.length,
                server.peer.count(),
                server.sent,
                server.data.length,
                client.peer.count()));
  }

  private static byte[] content(Random random) {
    byte[] data = new byte[size(random, SIZE_MAX)];
    random.nextBytes(data);
    return data;
  }

  /** From 1 to {@code max}, of any magnitude. */
  private static int size(Random random, int max) {
    return (int) Math.max(1, Math.pow(max, random.nextDouble()));
  }
}
