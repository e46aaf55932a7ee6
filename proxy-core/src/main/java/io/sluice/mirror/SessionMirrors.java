package io.sluice.mirror;

import io.sluice.config.Sampling;
import io.sluice.linux.SockAddr;
import io.sluice.transport.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The mirrors of one session. Loop thread only. */
public final class SessionMirrors {

  /** Of a session whose frontend has no mirrors. */
  public static final SessionMirrors NONE = new SessionMirrors(List.of(), List.of());

  private final List<Mirror> mirrors;
  private final List<Branch> branches;
  private final Tap toServer;
  private final Tap toClient;
  private long foldedToServer;
  private long foldedToClient;

  private SessionMirrors(List<Mirror> mirrors, List<Branch> branches) {
    this.mirrors = mirrors;
    this.branches = branches;
    toServer = tap(Direction.TO_SERVER);
    toClient = tap(Direction.TO_CLIENT);
  }

  /**
   * Begins to mirror a session that has just been connected.
   *
   * @param mirrors of its frontend
   * @param frontend its frontend's name
   * @param client its client's address, which a PROXY header may have told
   * @param clientLocal asks what the client connected to
   * @param server its server's address
   * @param onRoom makes the session ready: a flow that waited for a mirror may go on
   */
  public static SessionMirrors open(
      List<Mirror> mirrors,
      MirrorLoop loop,
      String frontend,
      SockAddr client,
      Supplier<SockAddr> clientLocal,
      SockAddr server,
      long startedWallMs,
      Runnable onRoom) {
    if (mirrors.isEmpty()) {
      return NONE;
    }
    List<Branch> branches = new ArrayList<>(mirrors.size());
    String id = "";
    SockAddr local = null;
    for (Mirror mirror : mirrors) {
      Sampling chosen = mirror.enter(client);
      if (chosen != null) {
        id = id.isEmpty() ? loop.nextId() : id;
        local = local == null ? clientLocal.get() : local;
        MirroredSession session =
            new MirroredSession(id, frontend, client, local, server, chosen, startedWallMs);
        Branch branch = new Branch(mirror, loop, session, onRoom);
        loop.add(branch);
        branches.add(branch);
      }
    }
    return new SessionMirrors(mirrors, branches);
  }

  /** What stands in the way of the bytes from the client to the server. */
  public Tap toServer() {
    return toServer;
  }

  /** What stands in the way of the bytes from the server to the client. */
  public Tap toClient() {
    return toClient;
  }

  /** Adds to the mirrors' counters what is new, given what the flows have delivered so far. */
  public void fold(long toServerBytes, long toClientBytes) {
    for (Mirror mirror : mirrors) {
      if (mirror.config().directions().toServer()) {
        mirror.count(MirrorCounter.ELIGIBLE_BYTES, toServerBytes - foldedToServer);
      }
      if (mirror.config().directions().toClient()) {
        mirror.count(MirrorCounter.ELIGIBLE_BYTES, toClientBytes - foldedToClient);
      }
    }
    foldedToServer = toServerBytes;
    foldedToClient = toClientBytes;
  }

  /** For the session's log line: {@code name=bytes}, with the reason if it was detached. */
  public void describe(StringBuilder line) {
    for (int i = 0; i < branches.size(); i++) {
      Branch branch = branches.get(i);
      line.append(i == 0 ? " mirrors=" : ",").append(branch.mirror().name());
      line.append(':').append(branch.takenBytes());
      if (branch.detached() != null) {
        line.append('(').append(branch.detached().word()).append(')');
      }
    }
  }

  private Tap tap(Direction direction) {
    List<MirrorStream> streams = new ArrayList<>(branches.size());
    for (Branch branch : branches) {
      if (branch.stream(direction) != null) {
        streams.add(branch.stream(direction));
      }
    }
    return streams.isEmpty() ? Tap.NONE : new FlowMirrors(streams.toArray(new MirrorStream[0]));
  }
}
