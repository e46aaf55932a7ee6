package io.sluice.config;

import java.time.Duration;
import java.util.Optional;

/**
 * A second destination for the bytes of sessions. What a target has no use for has a value without
 * meaning, which the comments name.
 *
 * @param bufferBytes how much may wait for one stream of the mirror: a power of two, at least a
 *     page
 * @param maxLag how long a byte may wait; zero means for ever
 * @param maxSessions sessions mirrored at a time; 0 means unlimited
 * @param proxyProtocol what a connection begins with; {@code NONE} for files
 * @param connectTimeout for connecting; zero means what the kernel does, and for files nothing
 * @param replies where the answers of the mirror go; empty: nowhere, they are discarded. The
 *     template contains {@code {session}}, and {@code {direction}} where both are mirrored
 * @param maxFileBytes of each file of a {@link MirrorTarget.FileTarget}; 0 means unlimited
 * @param rotateBytes size at which a capture is rotated; 0 means never
 * @param keepFiles older captures that are kept beside the one that is written, at least 1; 0 for
 *     other targets
 */
public record MirrorConfig(
    String name,
    MirrorTarget target,
    Directions directions,
    WhenSlow whenSlow,
    int bufferBytes,
    Duration maxLag,
    Sampling sampling,
    int maxSessions,
    ProxyProtocol proxyProtocol,
    Duration connectTimeout,
    Optional<MirrorTarget.FileTarget> replies,
    long maxFileBytes,
    long rotateBytes,
    int keepFiles) {

  /** Which flows of a session are mirrored. */
  public enum Directions {
    TO_SERVER,
    TO_CLIENT,
    BOTH;

    /** Whether bytes from client to server are mirrored. */
    public boolean toServer() {
      return this != TO_CLIENT;
    }

    /** Whether bytes from server to client are mirrored. */
    public boolean toClient() {
      return this != TO_SERVER;
    }
  }

  /** What happens when more waits for the mirror than its buffer holds. */
  public enum WhenSlow {
    /** The mirror is dropped for the session. */
    DETACH,
    /** The session waits for the mirror. */
    BLOCK
  }

  /** The header of a mirror's connection, which tells where its bytes come from. */
  public enum ProxyProtocol {
    NONE,
    V2
  }
}
