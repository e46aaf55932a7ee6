package io.sluice.discovery;

import java.util.concurrent.CompletionException;

/** Why a name could not be resolved, in words for an operator. */
final class NameFailure extends Exception {
  private static final long serialVersionUID = 1;

  /** What it means for what is known so far. */
  enum Kind {
    /** The name server knows it for certain: there is no such name, or no such records. */
    NX("DNS NX status"),
    TIMEOUT("DNS timeout status"),
    REFUSED("DNS refused status"),
    OTHER("unspecified DNS error");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /**
     * In HAProxy's words: {@code snr_check_ip_callback} and around, in its {@code src/server.c}.
     */
    String words() {
      return words;
    }
  }

  private final Kind kind;

  NameFailure(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What a stage has failed with, whatever it is wrapped in. */
  static NameFailure of(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return cause instanceof NameFailure failure
        ? failure
        : new NameFailure(Kind.OTHER, String.valueOf(cause));
  }

  Kind kind() {
    return kind;
  }
}
