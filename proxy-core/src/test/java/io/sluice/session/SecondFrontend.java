package io.sluice.session;

import io.sluice.config.FrontendConfig;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import java.io.IOException;
import java.net.InetAddress;

/** The configuration's frontend {@code other}, beside the harness' own on the same loop. */
final class SecondFrontend implements AutoCloseable {
  /** A setting for the harness. */
  static final String SETTINGS = "frontends.other { bind = \"127.0.0.1:0\", backend = app }\n";

  final Frontend frontend;
  private final ListenSocket listener;
  private final Acceptor acceptor;

  SecondFrontend(LoopHarness harness) throws IOException {
    FrontendConfig config = harness.config.frontends().get("other");
    frontend = new Frontend(config, harness.backend, LoopHarness.LOOPS);
    listener =
        harness.transport.listen(
            SockAddr.inet(InetAddress.getLoopbackAddress(), 0), config.listen(), config.tcp());
    acceptor = new Acceptor(harness.sessions, listener, frontend, 2);
    acceptor.start();
  }

  Peer client() throws IOException {
    return Peer.connect(listener.address().toJava());
  }

  @Override
  public void close() {
    acceptor.stop();
    listener.close();
  }
}
