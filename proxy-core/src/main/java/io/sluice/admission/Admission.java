package io.sluice.admission;

import io.sluice.config.AdmissionConfig;
import io.sluice.linux.SockAddr;

/**
 * Who is let in by a frontend. A connection is looked at in two phases, like {@code tcp-request
 * connection} and {@code tcp-request session} of HAProxy (configuration manual, section 4.2):
 *
 * <ul>
 *   <li>accepted: the peer is known, which is a proxy where one is in front. {@code allow} and
 *       {@code deny} are about it.
 *   <li>the source is known: that is the peer, or the address that its PROXY header told. The
 *       limits count it, and {@code deny} is about it too.
 * </ul>
 *
 * <p>Where every connection's source is its peer, the first phase is both. Thread-safe.
 */
public interface Admission {

  /** Everybody. */
  Admission OPEN =
      new Admission() {
        @Override
        public Verdict checkPeer(SockAddr peer, long nowNs) {
          return Verdict.ADMITTED;
        }

        @Override
        public Verdict checkSource(SockAddr source, long nowNs) {
          return Verdict.ADMITTED;
        }
      };

  /**
   * Admission by {@code config}.
   *
   * @param sourceFollows whether the source may differ from the peer; then {@link #checkSource} has
   *     to be asked for each connection that {@link #checkPeer} admitted
   */
  static Admission of(AdmissionConfig config, boolean sourceFollows) {
    return config.isOpen() ? OPEN : Guard.of(config, sourceFollows);
  }

  /**
   * Admission by another configuration that goes on with what is known of the sources, as far as
   * the limits count the same. Connections that were let in before still count for theirs.
   */
  default Admission next(AdmissionConfig config, boolean sourceFollows) {
    return of(config, sourceFollows);
  }

  /** Asked for a connection that was just accepted. */
  Verdict checkPeer(SockAddr peer, long nowNs);

  /** Asked once more where the source follows, when it is known; it may be the peer after all. */
  Verdict checkSource(SockAddr source, long nowNs);
}
