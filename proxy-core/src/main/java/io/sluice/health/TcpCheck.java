package io.sluice.health;

import io.sluice.transport.StreamSocket;

/** A check that is passed with the connection. */
final class TcpCheck implements Dialogue {

  @Override
  public Verdict advance(StreamSocket socket) {
    return Verdict.of(CheckStatus.L4OK);
  }

  @Override
  public Verdict onTimeout() {
    return Verdict.of(CheckStatus.L4TOUT);
  }
}
