package io.sluice.app.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The TCP connections in captures, in the order in which they began. Captures that follow each
 * other in time are read one after the other into the same object: a connection may go on in the
 * next one. One thread.
 */
final class TcpReassembly implements PacketReader.Taker {

  private record Ends(Endpoint client, Endpoint server) {}

  /** One connection. */
  private final class Connection {
    final Ends ends;
    final Path path;
    final long startNs;
    final StreamReassembly toServer = new StreamReassembly(files, budget);
    final StreamReassembly toClient = new StreamReassembly(files, budget);
    boolean fromItsBeginning;
    boolean accepted;

    Connection(Ends ends, Path path, long startNs) {
      this.ends = ends;
      this.path = path;
      this.startNs = startNs;
    }
  }

  private final IndexBudget budget;
  private final List<Path> files = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>();

  /** The latest connection between two ends. */
  private final Map<Ends, Connection> latest = new HashMap<>();

  private final Packet packet = new Packet();
  private int unknownLinkType = -1;

  TcpReassembly(IndexBudget budget) {
    this.budget = budget;
  }

  /** Reads another capture; what is found wrong with it leaves what was read before in place. */
  void read(CaptureFile file, PacketReader reader) throws IOException {
    files.add(file.path());
    unknownLinkType = -1;
    int before = connections.size();
    reader.read(file, this);
    if (unknownLinkType >= 0 && connections.size() == before) {
      throw CaptureException.of(
          file.path(), "no TCP found: packets of link type " + unknownLinkType + " are not known");
    }
  }

  @Override
  public void onPacket(CaptureFile file, int linkType, long offset, long length, long timeNs)
      throws IOException {
    if (!Packet.knows(linkType)) {
      unknownLinkType = linkType;
      return;
    }
    int headerBytes = (int) Math.min(length, Packet.HEADERS_BYTES_MAX);
    ByteBuffer headers = file.bytes(offset, headerBytes, "a packet");
    if (packet.parse(linkType, headers, length)) {
      onSegment(file.path(), offset, timeNs);
    }
  }

  private void onSegment(Path path, long offset, long timeNs) throws IOException {
    Connection connection = connectionOf(path, timeNs);
    boolean fromClient = packet.source().equals(connection.ends.client());
    StreamReassembly own = fromClient ? connection.toServer : connection.toClient;
    StreamReassembly other = fromClient ? connection.toClient : connection.toServer;
    // A SYN takes a number of its own, and bytes that come with it follow.
    int sequence = packet.has(Packet.SYN) ? packet.sequence() + 1 : packet.sequence();
    connection.accepted |= !fromClient && packet.has(Packet.SYN);
    if (!packet.has(Packet.RST)) {
      own.begin(sequence);
    }
    if (packet.payloadBytes() > 0 && !packet.has(Packet.RST)) {
      long payload = offset + packet.payloadAt();
      int file = files.size() - 1;
      own.onBytes(sequence, path, file, payload, packet.payloadBytes(), timeNs, other.bytes());
    }
    if (packet.has(Packet.FIN)) {
      own.onFin(sequence + (int) packet.segmentPayloadBytes(), timeNs, other.bytes());
    }
    if (packet.has(Packet.RST)) {
      own.onReset(timeNs, other.bytes());
    }
  }

  private Connection connectionOf(Path path, long timeNs) throws IOException {
    Ends ahead = new Ends(packet.source(), packet.target());
    Ends back = new Ends(packet.target(), packet.source());
    boolean opens = packet.has(Packet.SYN) && !packet.has(Packet.ACK);
    Connection known = latest.get(ahead);
    if (known == null) {
      known = latest.get(back);
    }
    if (known != null && !(opens && isAnother(known))) {
      return known;
    }
    budget.take(IndexBudget.SESSION_BYTES, path);
    if (known != null) {
      latest.remove(known.ends);
    }
    // The SYN's sender is the client; without one, whoever speaks first.
    boolean answers = packet.has(Packet.SYN) && packet.has(Packet.ACK);
    Connection begun = new Connection(answers ? back : ahead, path, timeNs);
    begun.fromItsBeginning = packet.has(Packet.SYN);
    connections.add(begun);
    latest.put(begun.ends, begun);
    return begun;
  }

  /** Whether this SYN opens another connection than {@code known}: it is not sent once more. */
  private boolean isAnother(Connection known) {
    return !(packet.source().equals(known.ends.client())
        && known.toServer.beginsAt(packet.sequence() + 1));
  }

  /**
   * The sessions found so far.
   *
   * @param warnings gets a line for each that is not whole
   */
  List<RecordedSession> sessions(List<String> warnings) {
    List<RecordedSession> sessions = new ArrayList<>();
    for (Connection connection : connections) {
      boolean sent = connection.toServer.isSeen();
      boolean answered = connection.toClient.isSeen();
      // A SYN that a RST refused is no session, nor one that nobody answered.
      if (!connection.accepted && connection.toServer.bytes() + connection.toClient.bytes() == 0) {
        continue;
      }
      if (sent || answered) {
        sessions.add(session(connection, answered, warnings));
      }
    }
    return sessions;
  }

  private static RecordedSession session(
      Connection connection, boolean answered, List<String> warnings) {
    String name =
        connection.path.getFileName()
            + " "
            + connection.ends.client()
            + " > "
            + connection.ends.server();
    RecordedStream toServer = connection.toServer.finish();
    RecordedStream toClient = connection.toClient.finish();
    if (!connection.fromItsBeginning) {
      warnings.add(name + ": its beginning was not captured");
    }
    warnOfGap(name, "to-server", toServer, warnings);
    warnOfGap(name, "to-client", toClient, warnings);
    return new RecordedSession(name, toServer, toClient, answered, true, connection.startNs);
  }

  private static void warnOfGap(
      String name, String direction, RecordedStream stream, List<String> warnings) {
    if (stream.end() == RecordedStream.End.CUT) {
      warnings.add(
          name
              + ": "
              + direction
              + " has a gap at byte "
              + stream.bytes()
              + ", what follows is left out");
    }
  }
}
