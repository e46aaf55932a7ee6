package io.sluice.wire;

/**
 * Why a connection that needs a PROXY header is refused. The texts are HAProxy's, so that what
 * reads its logs understands ours.
 */
public enum ProxyHeaderFault {
  /** The first bytes are something else. */
  NOT_PROXY("Received something which does not look like a PROXY protocol header"),
  /** The stream ended inside a header. */
  TRUNCATED("Truncated PROXY protocol header received"),
  /** No whole header came in time. */
  TIMEOUT("Timeout while waiting for PROXY protocol header"),
  /** The stream ended before its first byte. */
  CLOSED("Connection closed while waiting for PROXY protocol header"),
  /** It begins like a header and then breaks a rule, fails its checksum, or is too long. */
  INVALID("Received an invalid PROXY protocol header");

  private final String text;

  ProxyHeaderFault(String text) {
    this.text = text;
  }

  /** A sentence without full stop. */
  public String text() {
    return text;
  }

  /** What it means that the stream ends while a reader wants more than {@code receivedBytes}. */
  public static ProxyHeaderFault endOfStream(int receivedBytes) {
    return receivedBytes == 0 ? CLOSED : TRUNCATED;
  }
}
