package io.sluice.app.e2e;

import java.io.IOException;
import java.net.Socket;

/**
 * A way in which a session goes or ends, played in front of a proxy, and what the proxy's log line
 * must say of it then. The table that Sluice and HAProxy are held to.
 *
 * <p>{@link #haproxy} and {@link #sluice} are the same terms in both languages; the first {@code
 * %d} is the port of the server, the second that of its checks, the third that of checks that fail
 * at first.
 */
enum Situation {
  REFUSED(
      "retries 1\n timeout connect 300ms\n server a 127.0.0.1:%d",
      "retries = 1, timeouts.connect = 300ms, servers.a = \"127.0.0.1:%d\"",
      expect("a", "SC").unconnected().tt(Expected.around(300)).retries("1")) {
    @Override
    void play(Stage stage) throws IOException {
      stage.stopServing();
      Stage.expectEnd(stage.connect());
    }
  },

  NO_SERVER(
      "server a 127.0.0.1:%d weight 0",
      "servers.a { address = \"127.0.0.1:%d\", weight = 0 }",
      expect("<NOSRV>", "SC").tw(Expected::never).unconnected().tt(Expected::none)) {
    @Override
    void play(Stage stage) throws IOException {
      Stage.expectEnd(stage.connect());
    }
  },

  REDISPATCHED(
      "retries 1\n option redispatch 1\n balance roundrobin\n timeout connect 2s\n"
          + " server a 127.0.0.1:1\n server b 127.0.0.1:%d",
      "retries = 1, redispatch = every, timeouts.connect = 2s, servers.a = \"127.0.0.1:1\","
          + " servers.b = \"127.0.0.1:%d\"",
      expect("b", "--").bytes(4).retries("+1")) {
    @Override
    void play(Stage stage) throws IOException {
      talkAndEnd(stage);
    }
  },

  CLIENT_ENDS_FIRST(Words.HAPROXY, Words.SLUICE, expect("a", "--").bytes(4)) {
    @Override
    void play(Stage stage) throws IOException {
      talkAndEnd(stage);
    }
  },

  SERVER_ENDS_FIRST(Words.HAPROXY, Words.SLUICE, expect("a", "--").bytes(4)) {
    @Override
    void play(Stage stage) throws IOException {
      Socket client = stage.connect();
      Socket server = stage.accept();
      Stage.say(server, "echo");
      server.shutdownOutput();
      Stage.hear(client, "echo");
      Stage.expectEnd(client);
      client.shutdownOutput();
      Stage.expectEnd(server);
    }
  },

  BOTH_IDLE(
      "timeout client 400ms\n timeout server 400ms\n" + Words.HAPROXY,
      "timeouts.server = 400ms, " + Words.SLUICE,
      "timeouts.client = 400ms",
      expect("a", "cD").tt(Expected.around(400))) {
    @Override
    void play(Stage stage) throws IOException {
      Socket client = stage.connect();
      stage.accept();
      Stage.expectEnd(client);
    }
  },

  SERVER_IDLE(
      "timeout server 1s\n" + Words.HAPROXY,
      "timeouts.server = 1s, " + Words.SLUICE,
      expect("a", "sD").tt(Expected.around(1000)).bytes(3)) {
    @Override
    void play(Stage stage) throws IOException {
      Stage.Pair pair = stage.occupy();
      Stage.say(pair.server(), "hi");
      Stage.hear(pair.client(), "hi");
      Stage.expectEnd(pair.client());
      pair.client().close(); // HAProxy has only half closed, and waits for this.
    }
  },

  CLIENT_RESETS(Words.HAPROXY, Words.SLUICE, expect("a", "CD").bytes(1)) {
    @Override
    void play(Stage stage) throws IOException {
      Stage.Pair pair = stage.occupy();
      Stage.reset(pair.client());
      Stage.expectAnyEnd(pair.server());
    }
  },

  SERVER_RESETS(Words.HAPROXY, Words.SLUICE, expect("a", "SD").bytes(1)) {
    @Override
    void play(Stage stage) throws IOException {
      Stage.Pair pair = stage.occupy();
      Stage.reset(pair.server());
      Stage.expectAnyEnd(pair.client());
    }
  },

  CONNECT_TIMEOUT(
      "retries 1\n timeout connect 300ms\n" + Words.HAPROXY,
      "retries = 1, timeouts.connect = 300ms, " + Words.SLUICE,
      expect("a", "sC").unconnected().tt(Expected.around(600)).retries("1")) {
    @Override
    void play(Stage stage) throws IOException {
      stage.stall();
      Stage.expectEnd(stage.connect());
    }
  },

  CLIENT_ENDS_WHILE_CONNECTING(
      "timeout connect 3s\n" + Words.HAPROXY,
      "timeouts.connect = 3s, " + Words.SLUICE,
      expect("a", "CC").unconnected().tt(Expected.around(200))) {
    @Override
    void play(Stage stage) throws IOException {
      stage.stall();
      waitAndEnd(stage);
    }
  },

  CLIENT_RESETS_WHILE_CONNECTING(
      "timeout connect 3s\n" + Words.HAPROXY,
      "timeouts.connect = 3s, " + Words.SLUICE,
      expect("a", "CD").unconnected().tt(Expected.around(200))) {
    @Override
    void play(Stage stage) throws IOException {
      stage.stall();
      waitAndReset(stage);
    }
  },

  QUEUE_TIMEOUT(
      "timeout queue 300ms\n" + Words.HAPROXY + " maxconn 1",
      "timeouts.queue = 300ms, " + Words.ONE_AT_A_TIME,
      expect("<NOSRV>", "sQ").leftInQueue(300)) {
    @Override
    void play(Stage stage) throws IOException {
      stage.occupy();
      Stage.expectEnd(stage.connect());
    }
  },

  CLIENT_RESETS_IN_QUEUE(
      "timeout queue 3s\n" + Words.HAPROXY + " maxconn 1",
      "timeouts.queue = 3s, " + Words.ONE_AT_A_TIME,
      expect("<NOSRV>", "CD").leftInQueue(200)) {
    @Override
    void play(Stage stage) throws IOException {
      stage.occupy();
      waitAndReset(stage);
    }
  },

  CLIENT_ENDS_IN_QUEUE(
      "timeout queue 3s\n" + Words.HAPROXY + " maxconn 1",
      "timeouts.queue = 3s, " + Words.ONE_AT_A_TIME,
      expect("<NOSRV>", "CQ").leftInQueue(200)) {
    @Override
    void play(Stage stage) throws IOException {
      stage.occupy();
      waitAndEnd(stage);
    }
  },

  SERVED_AFTER_A_QUEUE(
      "timeout queue 3s\n" + Words.HAPROXY + " maxconn 1",
      "timeouts.queue = 3s, " + Words.ONE_AT_A_TIME,
      expect("a", "--").queued(200).bytes(4).among(2)) {
    @Override
    void play(Stage stage) throws IOException {
      Stage.Pair first = stage.occupy();
      Socket client = waiting(stage);
      first.client().close();
      first.server().close();
      talkAndEnd(client, stage.accept());
    }
  },

  SERVER_GOES_DOWN(
      Words.HAPROXY + " check port %d inter 500ms fall 1 on-marked-down shutdown-sessions",
      "check { type = tcp, port = %2$d, interval = 500ms, fall = 1 },"
          + " server-defaults.on-marked-down = close-sessions, "
          + Words.SLUICE,
      expect("a", "D-")
          .bytes(1)
          .says(
              "Server server_goes_down/a is DOWN, reason: Layer4 connection problem, info:"
                  + " \"Connection refused\", check duration: \\d+ms\\. 0 active and 0 backup"
                  + " servers left\\. \\d sessions active, 0 requeued, 0 remaining in queue\\.")
          .says("proxy server_goes_down has no server available!")) {
    @Override
    void play(Stage stage) throws IOException {
      Socket client = stage.occupy().client();
      stage.failChecks();
      Stage.expectAnyEnd(client);
    }
  },

  BACKUP_IS_RELIEVED(
      "server a 127.0.0.1:1 check port %3$d inter 500ms fall 1 rise 1 on-marked-up"
          + " shutdown-backup-sessions\n server b 127.0.0.1:%1$d backup",
      "check { type = tcp, port = %3$d, interval = 500ms, fall = 1, rise = 1 }, "
          + "server-defaults.on-marked-up = close-backup-sessions, "
          + "servers.a = \"127.0.0.1:1\", "
          + "servers.b { address = \"127.0.0.1:%1$d\", backup = true, check.type = none }",
      expect("b", "U-").bytes(1)) {
    @Override
    void play(Stage stage) throws IOException {
      stage.awaitDown("backup_is_relieved/a"); // Until then it counts as up.
      Socket client = stage.occupy().client();
      stage.passChecks();
      Stage.expectAnyEnd(client);
    }
  },

  /** HAProxy's operator does it; Sluice's has said before that it shall be done. */
  SESSION_IS_KILLED(
      Words.HAPROXY,
      "max-lifetime = 1s, max-lifetime-jitter = 0%%, " + Words.SLUICE,
      expect("a", "K-").bytes(1).tt(ms -> ms >= 898 && ms < 1250)) {
    @Override
    void play(Stage stage) throws IOException {
      Socket client = stage.occupy().client();
      Stage.hearNothing(client, 900);
      stage.killSessions();
      Stage.expectAnyEnd(client);
    }
  };

  private final String haproxy;
  private final String sluice;
  private final String sluiceFrontend;

  @SuppressWarnings("ImmutableEnumChecker") // Only read once the constant is made.
  private final Expected expected;

  Situation(String haproxy, String sluice, Expected expected) {
    this(haproxy, sluice, "", expected);
  }

  Situation(String haproxy, String sluice, String sluiceFrontend, Expected expected) {
    this.haproxy = haproxy;
    this.sluice = sluice;
    this.sluiceFrontend = sluiceFrontend;
    this.expected = expected;
  }

  /** What client and server do. */
  abstract void play(Stage stage) throws IOException;

  String haproxy(int serverPort, int checkPort, int laterPort) {
    return haproxy.formatted(serverPort, checkPort, laterPort);
  }

  String sluice(int serverPort, int checkPort, int laterPort) {
    return sluice.formatted(serverPort, checkPort, laterPort);
  }

  String sluiceFrontend() {
    return sluiceFrontend;
  }

  Expected expected() {
    return expected;
  }

  /** What several situations say; an enum's own constants come too late for its constructors. */
  private static final class Words {
    static final String HAPROXY = " server a 127.0.0.1:%d";
    static final String SLUICE = "servers.a = \"127.0.0.1:%d\"";
    static final String ONE_AT_A_TIME =
        "servers.a { address = \"127.0.0.1:%d\", max-connections = 1 }";

    private Words() {}
  }

  private static void talkAndEnd(Stage stage) throws IOException {
    talkAndEnd(stage.connect(), stage.accept());
  }

  private static void talkAndEnd(Socket client, Socket server) throws IOException {
    Stage.say(server, "echo");
    Stage.hear(client, "echo");
    client.shutdownOutput();
    Stage.expectEnd(server);
    server.shutdownOutput();
    Stage.expectEnd(client);
  }

  /** A client that has no server yet gives up. */
  private static void waitAndEnd(Stage stage) throws IOException {
    Socket client = waiting(stage);
    client.shutdownOutput();
    Stage.expectAnyEnd(client);
  }

  private static void waitAndReset(Stage stage) throws IOException {
    Stage.reset(waiting(stage));
  }

  /**
   * A client that has no server yet, after 200 ms: more on its own clock, since the proxy may have
   * accepted it some time after it connected.
   */
  private static Socket waiting(Stage stage) throws IOException {
    Socket client = stage.connect();
    Stage.hearNothing(client, 250);
    return client;
  }

  private static Expected expect(String server, String state) {
    return new Expected(server, state);
  }
}
