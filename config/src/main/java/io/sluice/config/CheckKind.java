package io.sluice.config;

import java.util.List;

/** What a check asks and which answers are good. */
public sealed interface CheckKind {

  /** Nothing. */
  record None() implements CheckKind {}

  /** A connection. */
  record Tcp() implements CheckKind {}

  /** A conversation, step by step, at least one. */
  record SendExpect(List<CheckStep> steps) implements CheckKind {
    public SendExpect {
      steps = List.copyOf(steps);
    }
  }

  /**
   * A request and the status of its response.
   *
   * @param host of the Host header; empty for the address that is asked
   */
  record Http(String method, String path, String host, StatusSet statuses) implements CheckKind {}

  /**
   * A handshake, whatever the certificate.
   *
   * @param serverName to ask for; empty for none
   */
  record Tls(String serverName) implements CheckKind {}
}
