package io.sluice.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.MirrorConfig;
import io.sluice.linux.SockAddr;
import io.sluice.loop.EventLoop;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The limit of sessions of a mirror. */
class MirrorLimitTest {
  private static final int ATTEMPTS = 500_000;

  private static MirrorConfig config() throws ConfigException {
    String text =
        """
        sluice {
          frontends.web { bind = "127.0.0.1:0", backend = app, mirror = [m] }
          backends.app.servers.a = "127.0.0.1:1"
          mirrors.m { to = "tcp:127.0.0.1:1", max-sessions = 1 }
        }""";
    return ConfigReader.parse("test", text).config().mirrors().get("m");
  }

  private static SinkFactory noSinks() {
    return new SinkFactory() {
      @Override
      public Sink open(
          MirroredSession session,
          Map<Direction, Backlog> backlogs,
          EventLoop loop,
          Sink.Owner owner) {
        throw new AssertionError("nothing is mirrored here");
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void oneForWhomThereIsNoRoomIsNeverCountedAsActive() throws Exception {
    SockAddr client = SockAddr.inet(InetAddress.getLoopbackAddress(), 1);
    try (Mirror mirror = new Mirror(config(), noSinks())) {
      assertThat(mirror.enter(client)).isNotNull();
      CountDownLatch begun = new CountDownLatch(1);
      Thread other =
          new Thread(
              () -> {
                begun.countDown();
                for (int i = 0; i < ATTEMPTS; i++) {
                  mirror.enter(client);
                }
              });
      other.start();
      begun.await();
      int most = 0;
      do {
        most = Math.max(most, mirror.active());
      } while (other.isAlive());
      other.join();

      assertThat(most).isEqualTo(1);
      assertThat(mirror.sum(MirrorCounter.OVER_LIMIT)).isEqualTo(ATTEMPTS);
      mirror.leave();
      assertThat(mirror.enter(client)).as("once there is room").isNotNull();
      mirror.leave();
    }
  }
}
