package io.sluice.discovery;

import io.sluice.config.BackendConfig;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.DiscoverConfig;
import io.sluice.linux.SockAddr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** What tests of this package are made of. */
final class Terms {
  private Terms() {}

  /** A backend that discovers {@code db.example} or whatever the settings say. */
  static BackendConfig backend(String settings, String discover) throws ConfigException {
    return ConfigReader.parse(
            "test",
            "sluice { frontends.web { bind = \":1\", backend = app }\nbackends.app {\n"
                + settings
                + "\ndiscover { name = db.example, type = srv, "
                + discover
                + " } } }")
        .config()
        .backends()
        .get("app");
  }

  static DiscoverConfig of(String discover) throws ConfigException {
    return backend("", discover).discover();
  }

  /** 10.0.0.1 with these ports, which tell them apart. */
  static Answer answer(int... ports) {
    return answer(Duration.ofSeconds(60), ports);
  }

  static Answer answer(Duration ttl, int... ports) {
    return new Answer(
        IntStream.of(ports).mapToObj(port -> new Endpoint(address(port), 0, false)).toList(),
        ttl,
        0);
  }

  static Answer answerOf(Endpoint... endpoints) {
    return new Answer(List.of(endpoints), Duration.ofSeconds(60), 0);
  }

  static Endpoint standIn(int port) {
    return new Endpoint(address(port), 1, true);
  }

  static Endpoint weighted(int port, int weight) {
    return new Endpoint(address(port), weight, false);
  }

  static SockAddr address(int port) {
    try {
      return SockAddr.inet(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}), port);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }
}
