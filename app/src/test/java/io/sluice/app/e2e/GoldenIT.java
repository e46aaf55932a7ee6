package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every {@link Situation} in front of Sluice over both transports, and in front of HAProxy: all are
 * held to the same lines.
 */
@EndToEnd
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenIT {
  private static final Pattern LINE =
      Pattern.compile(
          "\\S+ \\[[^]]+] (\\S+) \\S+/(\\S+) (-?\\d+)/(-?\\d+)/(\\d+) (\\d+) (\\S\\S)"
              + " (\\d+/\\d+/\\d+/\\d+)/(\\+?\\d+) (\\d+/\\d+)(?: .*)?\n");

  /** For all tests: the proxies log there as long as they run. */
  @TempDir static Path folder;

  private static final int ATTEMPTS = 3;

  private final Map<Kind, Running> running = new EnumMap<>(Kind.class);

  private enum Kind {
    EPOLL,
    NIO,
    HAPROXY
  }

  /** One proxy with a frontend for each situation, and the server of each. */
  private static final class Running implements AutoCloseable, Stage.Operator {
    final Map<Situation, Integer> ports = new EnumMap<>(Situation.class);
    final Map<Situation, ServerSocket> servers = new EnumMap<>(Situation.class);
    final int faultPort = FreePort.any();
    final Doorkeeper checked = new Doorkeeper(0);
    final int laterPort = FreePort.any();
    private Doorkeeper later;
    final Path adminSocket;
    final Program program;
    final boolean logsToStderr;

    Running(Kind kind) throws IOException {
      for (Situation situation : Situation.values()) {
        ports.put(situation, FreePort.any());
        servers.put(situation, Stage.server());
      }
      Path own = Files.createDirectories(folder.resolve(kind.name()));
      adminSocket = own.resolve("admin.sock");
      logsToStderr = kind != Kind.HAPROXY;
      program = kind == Kind.HAPROXY ? haproxy(own) : sluice(own, kind);
    }

    private Program haproxy(Path own) throws IOException {
      StringBuilder text =
          new StringBuilder(
              """
              global
                log stdout format raw local0
                stats socket %s mode 600 level admin
              defaults
                mode tcp
                log global
                option tcplog
                timeout connect 5s
                timeout client 20s
                timeout server 20s
              """
                  .formatted(adminSocket));
      for (Situation situation : Situation.values()) {
        text.append("listen ").append(name(situation)).append("\n bind 127.0.0.1:");
        text.append(ports.get(situation)).append("\n ");
        text.append(
                situation.haproxy(servers.get(situation).getLocalPort(), checked.port(), laterPort))
            .append('\n');
      }
      text.append("listen pp\n timeout client 1500ms\n server a 127.0.0.1:1\n bind 127.0.0.1:");
      text.append(FreePort.any()).append("\n bind 127.0.0.1:");
      text.append(faultPort).append(" accept-proxy\n");
      Path config = Files.writeString(own.resolve("haproxy.cfg"), text);
      List<String> command = List.of(Tool.HAPROXY.path(), "-db", "-f", config.toString());
      return Program.start(own, "haproxy", command).awaitPort(lastPort());
    }

    private Program sluice(Path own, Kind kind) throws IOException {
      StringBuilder text = new StringBuilder("sluice {\ntransport = ");
      text.append(kind.name().toLowerCase(Locale.ROOT));
      // Several loops, wherever it runs: they race for each connection, and no line may show it.
      text.append("\nthreads = 4, timeouts { connect = 5s, client = 20s, server = 20s }\n");
      for (Situation situation : Situation.values()) {
        String name = name(situation);
        text.append("frontends.").append(name).append(" { backend = ").append(name);
        text.append(", bind = \"127.0.0.1:").append(ports.get(situation)).append("\"\n");
        text.append(situation.sluiceFrontend()).append(" }\n");
        text.append("backends.").append(name).append(" { ");
        text.append(
                situation.sluice(servers.get(situation).getLocalPort(), checked.port(), laterPort))
            .append(" }\n");
      }
      text.append("frontends.pp { accept-proxy-protocol.otherwise = require, backend = pp\n");
      text.append("timeouts.greeting = 1500ms, bind = [\"127.0.0.1:0\", \"127.0.0.1:");
      text.append(faultPort).append("\"] }\nbackends.pp.servers.a = \"127.0.0.1:1\"\n");
      Path config = Files.writeString(own.resolve("sluice.conf"), text.append("}\n"));
      Program started =
          new SluiceJvm().launch(own, "sluice", List.of("run", "-c", config.toString()));
      return started.awaitPort(lastPort());
    }

    private int lastPort() {
      return faultPort;
    }

    /** The fields of the one of a situation's first {@code count} lines that has most bytes. */
    MatchResult awaitLine(Situation situation, int count) throws IOException {
      String name = name(situation);
      program.await(count + " of " + name, Program.START, () -> lines(name).size() >= count);
      return lines(name).stream()
          .limit(count)
          .max(Comparator.comparingLong(line -> Long.parseLong(line.group(6))))
          .orElseThrow();
    }

    @Override
    public void failChecks() throws IOException {
      checked.close();
    }

    @Override
    public void passChecks() throws IOException {
      later = new Doorkeeper(laterPort);
    }

    @Override
    public void awaitDown(String server) throws IOException {
      String words = "Server " + server + " is DOWN";
      program.await(words, Program.START, () -> log().contains(words));
    }

    @Override
    public void killSessions() throws IOException {
      if (Files.exists(adminSocket)) {
        try (SocketChannel admin = SocketChannel.open(UnixDomainSocketAddress.of(adminSocket))) {
          String command = "shutdown sessions server session_is_killed/a\n";
          admin.write(ByteBuffer.wrap(command.getBytes(StandardCharsets.US_ASCII)));
          assertThat(admin.read(ByteBuffer.allocate(1))).as("an answer or an end").isLessThan(2);
        }
      }
    }

    /** All that it has logged so far. */
    String log() {
      try {
        return Files.readString(
            logsToStderr ? program.errFile() : program.outFile(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private List<MatchResult> lines(String name) {
      String text = log();
      return LINE.matcher(text).results().filter(line -> line.group(1).equals(name)).toList();
    }

    @Override
    public void close() throws IOException {
      program.close();
      checked.close();
      if (later != null) {
        later.close();
      }
      for (ServerSocket server : servers.values()) {
        server.close();
      }
    }
  }

  private static String name(Situation situation) {
    return situation.name().toLowerCase(Locale.ROOT);
  }

  @AfterAll
  void stop() throws IOException {
    for (Running each : running.values()) {
      each.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Situation.class)
  void overEpoll(Situation situation) throws IOException {
    check(Kind.EPOLL, situation);
  }

  @ParameterizedTest
  @EnumSource(Situation.class)
  void overNio(Situation situation) throws IOException {
    check(Kind.NIO, situation);
  }

  @ParameterizedTest
  @EnumSource(Situation.class)
  void asHaproxyDoes(Situation situation) throws IOException {
    check(Kind.HAPROXY, situation);
  }

  /** The ways in which a PROXY header can be missing, in HAProxy's words. */
  @ParameterizedTest
  @CsvSource({
    "NO HEADER AT ALL BUT A SENTENCE, false, Received something which does not look like a PROXY protocol header",
    "PROXY T, true, Truncated PROXY protocol header received",
    "'', true, Connection closed while waiting for PROXY protocol header",
    "'', false, Timeout while waiting for PROXY protocol header",
    "PROXY TCP4 1.2.3.4 1.2.3.4 1 x, false, Received an invalid PROXY protocol header",
  })
  void proxyHeadersAreMissedInTheSameWords(String sent, boolean ends, String words)
      throws IOException {
    for (Kind kind : Kind.values()) {
      Running proxy = proxy(kind);
      int before = times(words, proxy.log());
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.faultPort)) {
        // One segment: HAProxy does not wait for a second one.
        Stage.say(client, sent.contains("x") ? sent + "\r\n" : sent);
        if (ends) {
          client.shutdownOutput();
        }
        proxy.program.await(
            "\"" + words + "\" of " + kind,
            Program.START,
            () -> times(words, proxy.log()) > before);
      }
    }
  }

  private static int times(String words, String text) {
    return (int) text.lines().filter(line -> line.endsWith("] pp/2: " + words)).count();
  }

  private Running proxy(Kind kind) throws IOException {
    Running proxy = running.get(kind);
    if (proxy == null) {
      proxy = new Running(kind);
      running.put(kind, proxy);
    }
    return proxy;
  }

  /**
   * Once more in front of a new proxy where times are not as expected: on a busy machine nobody is
   * punctual always, but what is wrong comes late or early each time. All else has to be right.
   */
  private void check(Kind kind, Situation situation) throws IOException {
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      try {
        checkOnce(kind, situation);
        return;
      } catch (Untimely e) {
        System.err.println(kind + " " + situation + " is played again: " + e.getMessage());
        running.remove(kind).close();
      }
    }
    checkOnce(kind, situation);
  }

  private void checkOnce(Kind kind, Situation situation) throws IOException {
    Running proxy = proxy(kind);
    Expected expected = situation.expected();
    MatchResult line;
    try (Stage stage = new Stage(proxy.ports.get(situation), proxy.servers.get(situation), proxy)) {
      situation.play(stage);
      line = proxy.awaitLine(situation, expected.lines);
    }
    for (Pattern besides : expected.besides) {
      proxy.program.await(
          "\"" + besides + "\" of " + kind,
          Program.START,
          () -> besides.matcher(proxy.log()).find());
    }
    String shown = line.group().strip();
    assertThat(line.group(2)).as("server in %s", shown).isEqualTo(expected.server);
    assertThat(line.group(7)).as("state in %s", shown).isEqualTo(expected.state);
    assertThat(Long.parseLong(line.group(6)))
        .as("bytes in %s", shown)
        .isEqualTo(expected.bytesToClient);
    assertThat(line.group(8)).as("numbers of sessions in %s", shown).isEqualTo(expected.counts);
    assertThat(line.group(9)).as("retries in %s", shown).isEqualTo(expected.retries);
    assertThat(line.group(10)).as("queues in %s", shown).isEqualTo(expected.queues);
    Untimely.unless(expected.queueMs, line.group(3), "Tw in " + shown);
    Untimely.unless(expected.connectMs, line.group(4), "Tc in " + shown);
    Untimely.unless(expected.totalMs, line.group(5), "Tt in " + shown);
  }
}
