package io.sluice.mirror;

/** Why a mirror was dropped for a session, in the words of logs and counters. */
public enum DetachReason {
  /** More bytes waited for it than {@code buffer}. */
  BUFFER("buffer", "its buffer is full"),
  /** Its bytes waited longer than {@code max-lag}. */
  LAG("lag", "it lags by more than max-lag"),
  /** It could not be reached: refused, no route, a path that does not exist. */
  CONNECT("connect", "it cannot be reached"),
  /** It was not reached within {@code connect-timeout}. */
  CONNECT_TIMEOUT("connect-timeout", "it did not answer within connect-timeout"),
  /** It ended or reset its connection while there was more to send. */
  CLOSED("closed", "it closed its connection"),
  /** A file could not be created or written. */
  WRITE("write", "its file cannot be written"),
  /** A file reached {@code max-bytes}. */
  MAX_BYTES("max-bytes", "its file has reached max-bytes"),
  /** Out of descriptors, pipes or memory. */
  RESOURCES("resources", "there are no descriptors, pipes or buffers left"),
  /** The proxy ended. */
  SHUTDOWN("shutdown", "the proxy is stopping");

  private final String word;
  private final String sentence;

  DetachReason(String word, String sentence) {
    this.word = word;
    this.sentence = sentence;
  }

  /** One word, for counters and the session's log line. */
  public String word() {
    return word;
  }

  /** What goes behind "mirror x is detached: ". */
  public String sentence() {
    return sentence;
  }
}
