package io.sluice.health;

import io.sluice.config.CheckKind;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes dialogues for the kinds of checks: a new kind is added here and in {@link CheckKind}.
 *
 * <p>Owns the thread that does the arithmetic of TLS, which is there once somebody needs it.
 */
final class Dialogues {
  private TlsClients tls;
  private ExecutorService arithmetic;

  /** What opens the dialogues of {@code kind} with {@code address}. Before the start only. */
  Dialogue.Opening of(CheckKind kind, CheckAddress address) {
    if (kind instanceof CheckKind.SendExpect script) {
      return wake -> new SendExpectCheck(script.steps());
    }
    if (kind instanceof CheckKind.Http http) {
      return wake -> new HttpCheck(http, http.host().isEmpty() ? address.inUrl() : http.host());
    }
    if (kind instanceof CheckKind.Tls handshake) {
      if (tls == null) {
        tls = new TlsClients();
        arithmetic =
            Executors.newSingleThreadExecutor(
                work -> {
                  Thread thread = new Thread(work, "sluice-tls-checks");
                  thread.setDaemon(true);
                  return thread;
                });
      }
      return wake -> new TlsCheck(tls.engine(handshake.serverName()), arithmetic, wake);
    }
    if (kind instanceof CheckKind.Tcp) {
      return wake -> new TcpCheck();
    }
    throw new IllegalArgumentException("nothing is asked by " + kind);
  }

  void close() {
    if (arithmetic != null) {
      arithmetic.shutdown();
    }
  }
}
