package io.sluice.session;

import static io.sluice.session.CloseReason.CLIENT_GONE_CONNECTING;
import static io.sluice.session.CloseReason.CLIENT_RESET;
import static io.sluice.session.CloseReason.CLIENT_TIMEOUT;
import static io.sluice.session.CloseReason.CONNECT_FAILED;
import static io.sluice.session.CloseReason.CONNECT_TIMEOUT;
import static io.sluice.session.CloseReason.KILLED;
import static io.sluice.session.CloseReason.NORMAL;
import static io.sluice.session.CloseReason.SERVER_RESET;
import static io.sluice.session.CloseReason.SERVER_TIMEOUT;
import static io.sluice.session.CloseScene.Sees.FIN;
import static io.sluice.session.CloseScene.Sees.FIN_THEN_RESET;
import static io.sluice.session.CloseScene.Sees.NOTHING;
import static io.sluice.session.CloseScene.Sees.RESET;

import io.sluice.session.CloseScene.Event;
import io.sluice.session.CloseScene.Sees;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The rows of {@link CloseTruthTableTest}: what happens, and what is seen of it. */
final class CloseTruthTable {
  private static final List<String> EPOLL = List.of("epoll");
  private static final List<String> NIO = List.of("nio");
  private static final List<String> BOTH = List.of("epoll", "nio");
  private static final Duration IDLE = Duration.ofSeconds(5);

  private CloseTruthTable() {}

  /** One row; the settings say what the session runs on, null texts are not compared. */
  record Row(
      String happens,
      List<String> transports,
      String settings,
      Event event,
      String serverGot,
      Sees serverSees,
      String clientGot,
      Sees clientSees,
      CloseReason reason,
      boolean discards) {}

  private static Row row(
      String happens,
      Event event,
      String serverGot,
      Sees serverSees,
      String clientGot,
      Sees clientSees,
      CloseReason reason) {
    return new Row(
        happens, BOTH, "", event, serverGot, serverSees, clientGot, clientSees, reason, false);
  }

  private static Row inFlight(
      List<String> transports,
      String settings,
      String happens,
      Event event,
      Sees server,
      Sees client,
      CloseReason reason) {
    String all = Flood.SETTINGS + settings;
    return new Row(happens, transports, all, event, null, server, null, client, reason, true);
  }

  private static Row with(
      List<String> transports,
      String settings,
      String happens,
      Event event,
      Sees server,
      Sees client,
      CloseReason reason) {
    return new Row(happens, transports, settings, event, "", server, "", client, reason, false);
  }

  static Stream<Row> rows() {
    return Stream.of(
            inOrder(),
            resets(),
            halfClosedThenReset(),
            goneAfterFin(),
            inFlight(),
            connecting(),
            idle())
        .flatMap(List::stream);
  }

  private static List<Row> inOrder() {
    return List.of(
        row(
            "client FIN, later server FIN",
            scene -> {
              scene.relaying().client.send("question").finish();
              scene.harness.expectEof(scene.server);
              scene.server.send("answer").finish();
            },
            "question",
            FIN,
            "answer",
            FIN,
            NORMAL),
        row(
            "server FIN, later client FIN",
            scene -> {
              scene.relaying().server.send("banner").finish();
              scene.harness.expectEof(scene.client);
              scene.client.send("thanks").finish();
            },
            "thanks",
            FIN,
            "banner",
            FIN,
            NORMAL),
        row(
            "FIN of both in one turn",
            scene -> {
              scene.relaying().client.send("up").finish();
              scene.server.send("down").finish();
            },
            "up",
            FIN,
            "down",
            FIN,
            NORMAL));
  }

  private static List<Row> resets() {
    return List.of(
        row(
            "client RST",
            scene -> scene.reset(scene.relaying().client.send("last words")),
            "last words",
            RESET,
            "",
            NOTHING,
            CLIENT_RESET),
        row(
            "server RST",
            scene -> scene.reset(scene.relaying().server.send("last words")),
            "",
            NOTHING,
            "last words",
            RESET,
            SERVER_RESET),
        row(
            "RST of both in one turn",
            scene -> {
              scene.reset(scene.relaying().client);
              scene.reset(scene.server);
            },
            "",
            NOTHING,
            "",
            NOTHING,
            CLIENT_RESET));
  }

  private static List<Row> halfClosedThenReset() {
    return List.of(
        row(
            "client FIN, then RST",
            scene -> {
              scene.relaying().client.send("question").finish();
              scene.harness.expectEof(scene.server);
              scene.reset(scene.client);
              if (!scene.epoll) {
                scene.sendInVain(scene.server);
              }
            },
            "question",
            FIN_THEN_RESET,
            "",
            NOTHING,
            CLIENT_RESET),
        row(
            "server FIN, then RST",
            scene -> {
              scene.relaying().server.send("banner").finish();
              scene.harness.expectEof(scene.client);
              scene.reset(scene.server);
              if (!scene.epoll) {
                scene.sendInVain(scene.client);
              }
            },
            "",
            NOTHING,
            "banner",
            FIN_THEN_RESET,
            SERVER_RESET),
        row(
            "server FIN, then client RST",
            scene -> {
              scene.relaying().server.finish();
              scene.harness.expectEof(scene.client);
              scene.reset(scene.client.send("up"));
            },
            "up",
            RESET,
            "",
            NOTHING,
            CLIENT_RESET),
        row(
            "client FIN, then server RST",
            scene -> {
              scene.relaying().client.finish();
              scene.harness.expectEof(scene.server);
              scene.reset(scene.server.send("down"));
            },
            "",
            NOTHING,
            "down",
            RESET,
            SERVER_RESET));
  }

  private static List<Row> goneAfterFin() {
    return List.of(
        row(
            "client gone after its FIN, server writes",
            scene -> {
              scene.leave(scene.relaying().client.send("bye"));
              scene.harness.expectEof(scene.server);
              scene.sendInVain(scene.server);
            },
            "bye",
            FIN_THEN_RESET,
            "",
            NOTHING,
            CLIENT_RESET),
        row(
            "server gone after its FIN, client writes",
            scene -> {
              scene.leave(scene.relaying().server.send("bye"));
              scene.harness.expectEof(scene.client);
              scene.sendInVain(scene.client);
            },
            "",
            NOTHING,
            "bye",
            FIN_THEN_RESET,
            SERVER_RESET));
  }

  private static List<Row> inFlight() {
    Event clientIdle =
        scene -> {
          Flood.untilBlocked(scene.relaying().harness, scene.server);
          scene.server.send("unread");
          scene.harness.pass(IDLE);
        };
    Event serverIdle =
        scene -> {
          Flood.untilBlocked(scene.relaying().harness, scene.client);
          scene.client.send("unread");
          scene.harness.pass(IDLE);
        };
    String client = "timeouts.client = 5s";
    String server = "timeouts.server = 5s";
    String ofClient = "client time-out with bytes for it in flight";
    String ofServer = "server time-out with bytes for it in flight";
    return List.of(
        inFlight(
            BOTH,
            "",
            "client RST with bytes for it in flight",
            scene -> {
              Flood.untilBlocked(scene.relaying().harness, scene.server);
              scene.reset(scene.client);
            },
            RESET,
            NOTHING,
            CLIENT_RESET),
        inFlight(
            BOTH,
            "",
            "server RST with bytes for it in flight",
            scene -> {
              Flood.untilBlocked(scene.relaying().harness, scene.client);
              scene.reset(scene.server);
            },
            NOTHING,
            RESET,
            SERVER_RESET),
        inFlight(EPOLL, client, ofClient, clientIdle, RESET, RESET, CLIENT_TIMEOUT),
        inFlight(NIO, client, ofClient, clientIdle, FIN_THEN_RESET, RESET, CLIENT_TIMEOUT),
        inFlight(EPOLL, server, ofServer, serverIdle, RESET, RESET, SERVER_TIMEOUT),
        inFlight(NIO, server, ofServer, serverIdle, RESET, FIN_THEN_RESET, SERVER_TIMEOUT));
  }

  private static List<Row> connecting() {
    return List.of(
        with(
            EPOLL,
            "",
            "client FIN while connecting",
            scene -> {
              try (Stall ignored = new Stall(scene.harness.origins.get(0))) {
                scene.connecting().client.finish();
                scene.end();
              }
            },
            NOTHING,
            FIN,
            CLIENT_GONE_CONNECTING),
        with(
            EPOLL,
            "",
            "client RST while connecting",
            scene -> {
              try (Stall ignored = new Stall(scene.harness.origins.get(0))) {
                scene.reset(scene.connecting().client);
                scene.end();
              }
            },
            NOTHING,
            NOTHING,
            CLIENT_RESET),
        with(
            BOTH,
            "",
            "every server refuses",
            scene -> {
              scene.harness.origins.get(0).close();
              scene.client = scene.harness.client();
              scene.harness.expectEof(scene.client);
            },
            NOTHING,
            FIN,
            CONNECT_FAILED),
        with(
            BOTH,
            "timeouts.connect = 5s",
            "connect time-out of the last server",
            scene -> {
              try (Stall ignored = new Stall(scene.harness.origins.get(0))) {
                scene.connecting().harness.pass(IDLE);
              }
            },
            NOTHING,
            FIN,
            CONNECT_TIMEOUT));
  }

  private static List<Row> idle() {
    return List.of(
        with(
            BOTH,
            "timeouts.client = 5s",
            "client time-out",
            scene -> scene.relaying().harness.pass(IDLE),
            FIN,
            FIN,
            CLIENT_TIMEOUT),
        with(
            BOTH,
            "timeouts.server = 5s",
            "server time-out",
            scene -> scene.relaying().harness.pass(IDLE),
            FIN,
            FIN,
            SERVER_TIMEOUT),
        with(
            BOTH,
            "",
            "closed by shutdown",
            scene -> scene.relaying().harness.sessions.closeAll(KILLED),
            FIN,
            FIN,
            KILLED));
  }
}
