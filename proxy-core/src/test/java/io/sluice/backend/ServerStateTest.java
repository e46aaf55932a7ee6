package io.sluice.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.backend.ServerState.Admin;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is known of a server, in HAProxy's words, and who hears of it. */
class ServerStateTest {

  static Stream<Arguments> texts() {
    Health agentDown = Health.down(0, 1).fromAgent();
    Health agentUp = Health.up(3, 3).fromAgent();
    return Stream.of(
        Arguments.of(Admin.READY, true, Health.UNCHECKED, "no check", true),
        Arguments.of(Admin.READY, true, Health.up(3, 3), "UP", true),
        Arguments.of(Admin.READY, true, Health.up(1, 3), "UP 1/3", true),
        Arguments.of(Admin.READY, true, Health.down(0, 2), "DOWN", false),
        Arguments.of(Admin.READY, true, Health.down(1, 2), "DOWN 1/2", false),
        Arguments.of(Admin.READY, true, agentDown, "DOWN (agent)", false),
        Arguments.of(Admin.DRAIN, true, Health.UNCHECKED, "DRAIN", false),
        Arguments.of(Admin.DRAIN, true, Health.up(2, 3), "DRAIN 2/3", false),
        Arguments.of(Admin.DRAIN, true, agentUp, "DRAIN (agent)", false),
        Arguments.of(Admin.DRAIN, true, Health.down(0, 2), "DOWN", false),
        Arguments.of(Admin.MAINT, true, Health.up(3, 3), "MAINT", false),
        Arguments.of(Admin.MAINT, false, Health.up(3, 3), "MAINT", false),
        Arguments.of(Admin.READY, false, Health.up(3, 3), "MAINT (resolution)", false));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void statesAreWordedAsByHaproxy(
      Admin admin, boolean resolved, Health health, String text, boolean usable) {
    ServerState state = new ServerState(admin, resolved, health);

    assertThat(state.text()).isEqualTo(text);
    assertThat(state.isUsable()).isEqualTo(usable);
  }

  @Test
  void stepsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> Health.up(0, 3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Health.down(3, 2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void listenersHearOfEachChangeOnce() throws Exception {
    Server server = Scene.backend("", "weight = 1").servers().get(0);
    List<String> heard = new ArrayList<>();
    server.addListener(
        (who, before, after, why) ->
            heard.add(who.name() + " " + before.text() + " -> " + after.text() + ": " + why));

    Scene.up(server);
    Scene.up(server);
    server.setHealth(Health.up(2, 3), "Layer4 timeout");
    server.setAdmin(Admin.DRAIN, "by hand");
    server.setAdmin(Admin.READY, "");
    server.loseAddress("no answer");
    server.moveTo(Scene.client(9), "10.0.0.9");

    assertThat(heard)
        .containsExactly(
            "s0 no check -> UP: Layer4 check passed",
            "s0 UP -> UP 2/3: Layer4 timeout",
            "s0 UP 2/3 -> DRAIN 2/3: by hand",
            "s0 DRAIN 2/3 -> UP 2/3: ",
            "s0 UP 2/3 -> MAINT (resolution): no answer",
            "s0 MAINT (resolution) -> UP 2/3: 10.0.0.9");
    assertThat(server.address()).isEqualTo(Scene.client(9));
  }

  /** A listener may ask and change what it likes: nothing is locked while it is called. */
  @Test
  void aListenerMayChangeTheServer() throws Exception {
    Backend backend = Scene.backend("", "max-connections = 1", "weight = 0");
    Server server = backend.servers().get(0);
    server.addListener(
        (who, before, after, why) -> {
          if (!after.isUp()) {
            backend.servers().get(1).setWeight(7);
          }
        });

    Scene.down(server);

    assertThat(backend.choose(Scene.CLIENT, null, null)).isSameAs(backend.servers().get(1));
  }
}
