package io.sluice.session;

import io.sluice.stats.Counter;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The close truth table: what the end of one side does to the other. Each row is a test, over both
 * transports.
 *
 * <pre>
 * | what happens                                  | the server sees | the client sees | state |
 * |-----------------------------------------------|-----------------|-----------------|-------|
 * | client FIN, later server FIN                  | all, FIN        | all, FIN        | --    |
 * | server FIN, later client FIN                  | all, FIN        | all, FIN        | --    |
 * | FIN of both in one turn                       | all, FIN        | all, FIN        | --    |
 * | client RST                                    | all, RST        |                 | CD    |
 * | server RST                                    |                 | all, RST        | SD    |
 * | RST of both in one turn                       |                 |                 | CD    |
 * | client FIN, then RST (1)                      | all, FIN, RST   |                 | CD    |
 * | server FIN, then RST (1)                      |                 | all, FIN, RST   | SD    |
 * | server FIN, then client RST                   | all, RST        |                 | CD    |
 * | client FIN, then server RST                   |                 | all, RST        | SD    |
 * | client RST with bytes for it in flight        | RST             |                 | CD  * |
 * | server RST with bytes for it in flight        |                 | RST             | SD  * |
 * | client gone after its FIN, server writes      | all, FIN, RST   |                 | CD    |
 * | server gone after its FIN, client writes      |                 | all, FIN, RST   | SD    |
 * | client FIN while connecting (2)               |                 | FIN             | CC    |
 * | client RST while connecting (2)               |                 |                 | CD    |
 * | every server refuses                          |                 | FIN             | SC    |
 * | connect time-out of the last server           |                 | FIN             | sC    |
 * | client time-out                               | FIN             | FIN             | cD    |
 * | server time-out                               | FIN             | FIN             | sD    |
 * | client time-out with bytes for it in flight   | RST (3)         | RST             | cD  * |
 * | server time-out with bytes for it in flight   | RST             | RST (3)         | sD  * |
 * | closed by shutdown                            | FIN             | FIN             | K-    |
 * </pre>
 *
 * <p>(*) The bytes in flight are counted as discarded, and so is what is written to a side that has
 * gone; nowhere else is a byte lost. (1) epoll tells of it at once; the JDK only when something is
 * written to that side, or the fin time-out ends the session. (2) epoll only: the JDK does not tell
 * of it, and the session goes on until the server answers or the connect time-out. (3) Because it
 * has sent what nobody read; the JDK sends a FIN before.
 */
class CloseTruthTableTest {
  private static Stream<Arguments> rowsAndTransports() {
    return CloseTruthTable.rows()
        .flatMap(
            row ->
                row.transports().stream()
                    .map(transport -> Arguments.argumentSet(row.happens(), row, transport)));
  }

  @ParameterizedTest(name = "{argumentSetName}, {1}")
  @MethodSource("rowsAndTransports")
  void holds(CloseTruthTable.Row row, String transport) throws Exception {
    try (CloseScene scene = new CloseScene(transport, row.settings())) {
      row.event().happen(scene);
      scene.end();

      SoftAssertions softly = new SoftAssertions();
      Peer server = scene.server;
      Peer client = scene.client;
      softly.assertThat(scene.sees(server)).as("the server sees").isEqualTo(row.serverSees());
      softly.assertThat(scene.sees(client)).as("the client sees").isEqualTo(row.clientSees());
      if (server != null && row.serverGot() != null) {
        softly.assertThat(server.text()).as("the server got").isEqualTo(row.serverGot());
      }
      if (client != null && row.clientGot() != null) {
        softly.assertThat(client.text()).as("the client got").isEqualTo(row.clientGot());
      }
      long discarded = scene.harness.counted(Counter.BYTES_DISCARDED);
      if (row.discards()) {
        softly.assertThat(discarded).as("bytes discarded").isPositive();
      } else if (row.serverSees() != CloseScene.Sees.FIN_THEN_RESET
          && row.clientSees() != CloseScene.Sees.FIN_THEN_RESET) {
        softly.assertThat(discarded).as("bytes discarded").isZero(); // But for those sent in vain.
      }
      scene.checkClosed(softly, row.reason());
      softly.assertAll();
    }
  }
}
