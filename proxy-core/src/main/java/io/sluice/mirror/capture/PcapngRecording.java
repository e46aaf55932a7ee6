package io.sluice.mirror.capture;

import static io.sluice.mirror.capture.SyntheticTcp.ACK;
import static io.sluice.mirror.capture.SyntheticTcp.FIN;
import static io.sluice.mirror.capture.SyntheticTcp.PSH;
import static io.sluice.mirror.capture.SyntheticTcp.RST;
import static io.sluice.mirror.capture.SyntheticTcp.SYN;

import io.sluice.mirror.MirroredSession;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session's packets in a capture: handshake, data as it came, FIN or RST.
 *
 * <p>Invariant: the handshake stands before everything else; times never go backwards within the
 * session; after a reset there is no second one. The writer's thread.
 */
final class PcapngRecording implements Recording {
  private static final Logger LOG = LoggerFactory.getLogger(PcapngRecording.class);

  private static final String NONE = "";

  private final PcapngFile file;
  private final MirroredSession session;
  private final Map<Direction, Backlog> backlogs;
  private final Set<Direction> open;
  private final ByteBuffer headers = ByteBuffer.allocate(SyntheticTcp.HEADER_BYTES_MAX);

  private SyntheticTcp tcp;
  private boolean reset;
  private long lastNs;

  PcapngRecording(PcapngFile file, CaptureStreams streams) {
    this.file = file;
    session = streams.session();
    backlogs = streams.backlogs();
    open = EnumSet.copyOf(backlogs.keySet());
  }

  @Override
  public void opened(long wallNs) throws IOException {
    if (tcp != null) {
      return;
    }
    boolean unix = session.client().isUnix() || session.clientLocal().isUnix();
    tcp = SyntheticTcp.of(session, unix ? file.nextUnixSession() : 0);
    // The clocks may differ by a little, and a session cannot begin behind its first byte.
    lastNs = Math.min(session.startedWallMs() * 1_000_000L, wallNs);
    String who =
        "session "
            + session.id()
            + " of frontend "
            + session.frontend()
            + ", server "
            + session.server()
            + (unix ? ", client " + session.client() + " at " + session.clientLocal() : NONE);
    empty(Direction.TO_SERVER, SYN, lastNs, who);
    empty(Direction.TO_CLIENT, SYN | ACK, lastNs, NONE);
    empty(Direction.TO_SERVER, ACK, lastNs, NONE);
  }

  @Override
  public void bytes(Direction direction, long bytes, long wallNs) throws IOException {
    opened(wallNs);
    long left = bytes;
    while (left > 0) {
      int part = (int) Math.min(left, SyntheticTcp.PAYLOAD_BYTES_MAX);
      if (tcp.isAckDue(direction, part)) {
        empty(SyntheticTcp.other(direction), ACK, wallNs, NONE);
      }
      packet(direction, PSH | ACK, wallNs, backlogs.get(direction), part, NONE);
      left -= part;
    }
  }

  @Override
  public void ended(Direction direction, boolean byReset, long wallNs) throws IOException {
    opened(wallNs);
    open.remove(direction);
    if (reset) {
      return; // The first one ended both directions.
    }
    reset = byReset;
    empty(direction, (byReset ? RST : FIN) | ACK, wallNs, NONE);
    if (!byReset && open.isEmpty()) {
      empty(SyntheticTcp.other(direction), ACK, wallNs, NONE);
    }
  }

  @Override
  public void abandon(String why) {
    if (tcp == null || reset) {
      return;
    }
    // The side that has something to acknowledge, so that it is no duplicate.
    boolean server = tcp.unacknowledged(Direction.TO_SERVER) > 0;
    Direction direction = server ? Direction.TO_CLIENT : Direction.TO_SERVER;
    try {
      empty(direction, ACK, lastNs, "sluice: this capture ends before its session: " + why);
    } catch (IOException e) {
      LOG.debug("capture of session {} ends without a word: {}", session.id(), e.getMessage());
    }
  }

  private void empty(Direction direction, int flags, long wallNs, String comment)
      throws IOException {
    packet(direction, flags, wallNs, null, 0, comment);
  }

  private void packet(
      Direction direction, int flags, long wallNs, Backlog payload, int bytes, String comment)
      throws IOException {
    lastNs = Math.max(lastNs, wallNs);
    headers.clear();
    tcp.putHeaders(headers, direction, flags, bytes);
    try {
      file.packet(lastNs, headers.flip(), payload, bytes, comment);
    } catch (IOException e) {
      tcp.takeBack();
      throw e;
    }
  }
}
