package io.sluice.discovery;

import static io.sluice.discovery.Terms.answer;
import static io.sluice.discovery.Terms.answerOf;
import static io.sluice.discovery.Terms.standIn;
import static io.sluice.discovery.Terms.weighted;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigException;
import io.sluice.discovery.NameFailure.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlotTableTest {
  private static final long SECOND = 1_000_000_000L;

  private List<Place> places;

  private SlotTable table(int slots, String discover) throws ConfigException {
    places = Place.places(slots);
    return new SlotTable(new ArrayList<>(places), Terms.of(discover));
  }

  private List<Integer> served() {
    return places.stream().map(Place::port).toList();
  }

  @Test
  void anAnswerFillsSlotsInItsOrder() throws Exception {
    SlotTable table = table(3, "");

    table.onAnswer(answer(1, 2), 0);

    assertThat(served()).containsExactly(1, 2, 0);
    assertThat(table.inUse()).isEqualTo(2);
  }

  @Test
  void anAddressKeepsItsSlotWhenAnswersChangeTheirOrder() throws Exception {
    SlotTable table = table(3, "");
    table.onAnswer(answer(1, 2, 3), 0);

    table.onAnswer(answer(3, 1, 2), SECOND);

    assertThat(served()).containsExactly(1, 2, 3);
    assertThat(places).extracting(place -> place.history.size()).containsOnly(1);
  }

  @Test
  void aSlotOfAnAddressThatIsGoneGoesToANewOne() throws Exception {
    SlotTable table = table(2, "");
    table.onAnswer(answer(1, 2), 0);

    table.onAnswer(answer(2, 3), SECOND);

    assertThat(served()).containsExactly(3, 2);
    assertThat(places.get(0).history)
        .containsExactly("fill 1", "empty: No IP for server", "fill 3");
  }

  @Test
  void anAddressThatIsGoneStaysAsLongAsItIsHeld() throws Exception {
    SlotTable table = table(2, "hold-obsolete = 30s");
    table.onAnswer(answer(1, 2), 0);
    assertThat(table.releaseInNs(SECOND)).isEqualTo(Long.MAX_VALUE);

    table.onAnswer(answer(2), 20 * SECOND);
    table.onAnswer(answer(2), 49 * SECOND);
    assertThat(served()).containsExactly(1, 2);
    assertThat(table.releaseInNs(49 * SECOND)).isEqualTo(SECOND);

    table.onAnswer(answer(2), 50 * SECOND);
    assertThat(served()).containsExactly(0, 2);
    assertThat(table.releaseInNs(50 * SECOND)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void anAddressThatComesBackBeforeItsTimeIsNeverMissed() throws Exception {
    SlotTable table = table(1, "hold-obsolete = 30s");
    table.onAnswer(answer(1), 0);

    table.onAnswer(answer(2), 20 * SECOND);
    table.onAnswer(answer(1), 40 * SECOND);
    table.onAnswer(answer(2), 60 * SECOND);

    assertThat(places.get(0).history).containsExactly("fill 1");
    assertThat(table.leftOut()).as("2 has no slot while 1 is held").isEqualTo(1);
  }

  @Test
  void moreAddressesThanSlotsAreCountedAndGetOneWhenItIsFree() throws Exception {
    SlotTable table = table(2, "");

    table.onAnswer(answer(1, 2, 3, 4), 0);
    assertThat(table.leftOut()).isEqualTo(2);

    table.onAnswer(answer(1, 4), SECOND);
    assertThat(table.leftOut()).isZero();
    assertThat(served()).containsExactly(1, 4);
  }

  @Test
  void aStandInMakesRoomForWhoIsWantedMore() throws Exception {
    SlotTable table = table(2, "");
    table.onAnswer(answerOf(weighted(1, 1), standIn(9)), 0);
    assertThat(served()).containsExactly(1, 9);

    table.onAnswer(answerOf(weighted(1, 1), weighted(2, 1), standIn(9)), SECOND);

    assertThat(served()).containsExactly(1, 2);
    assertThat(table.leftOut()).isEqualTo(1);
    assertThat(places.get(0).history).containsExactly("fill 1");
  }

  @Test
  void aFailureLeavesTheLastGoodAnswerForAsLongAsItIsHeld() throws Exception {
    SlotTable table = table(1, "hold-nx = 30s, hold-failure = 60s");
    table.onAnswer(answer(1), 0);

    assertThat(table.onFailure(Kind.NX, 10 * SECOND)).isFalse();
    assertThat(table.onFailure(Kind.NX, 39 * SECOND)).isFalse();
    assertThat(table.onFailure(Kind.TIMEOUT, 40 * SECOND)).isFalse();
    assertThat(served()).containsExactly(1);

    assertThat(table.onFailure(Kind.NX, 40 * SECOND)).isTrue();
    assertThat(places.get(0).history).containsExactly("fill 1", "empty: DNS NX status");
    assertThat(table.onFailure(Kind.NX, 50 * SECOND)).as("nothing is left").isFalse();
  }

  /** Else one wrong answer would take all servers away, however long they are to be held. */
  @Test
  void whatIsHeldIsHeldHoweverLongTheTtlOfTheLastGoodAnswerWas() throws Exception {
    SlotTable table = table(2, "hold-obsolete = 30s, hold-nx = 30s, hold-failure = 30s");
    table.onAnswer(answer(1, 2), 0);

    table.onAnswer(answer(2), 3_600 * SECOND);
    assertThat(served()).as("left out for the first time").containsExactly(1, 2);
    assertThat(table.releaseInNs(3_600 * SECOND)).isEqualTo(30 * SECOND);
    table.onAnswer(answer(1, 2), 3_610 * SECOND);

    assertThat(table.onFailure(Kind.TIMEOUT, 7_200 * SECOND)).isFalse();
    assertThat(table.onFailure(Kind.NX, 7_240 * SECOND)).as("the first of its kind").isFalse();
    assertThat(served()).containsExactly(1, 2);
    table.onAnswer(answer(1, 2), 7_250 * SECOND);

    assertThat(table.onFailure(Kind.REFUSED, 9_000 * SECOND)).as("a new series").isFalse();
    assertThat(table.onFailure(Kind.TIMEOUT, 9_030 * SECOND)).isTrue();
    assertThat(served()).containsExactly(0, 0);
  }

  @Test
  void aFailureIsHeldForEverWhereThatIsWanted() throws Exception {
    SlotTable table = table(1, "hold-failure = forever, hold-nx = 0s");
    table.onAnswer(answer(1), 0);

    assertThat(table.onFailure(Kind.REFUSED, Long.MAX_VALUE / 2)).isFalse();
    assertThat(served()).containsExactly(1);
    assertThat(table.onFailure(Kind.NX, 1)).isTrue();
  }

  @Test
  void aNewWeightIsTakenOverInPlace() throws Exception {
    SlotTable table = table(1, "");
    table.onAnswer(answerOf(weighted(1, 1)), 0);

    table.onAnswer(answerOf(weighted(1, 7)), 1);

    assertThat(places.get(0).endpoint.weight()).isEqualTo(7);
    assertThat(places.get(0).history).containsExactly("fill 1", "fill 1");
  }

  @Test
  void slotsThatAreFilledAlreadyStayUntilAnAnswerSaysOtherwise() throws Exception {
    places = Place.places(2);
    places.get(1).endpoint = new Endpoint(Terms.address(5), 0, false);
    SlotTable table = new SlotTable(new ArrayList<>(places), Terms.of(""));
    assertThat(table.inUse()).isEqualTo(1);

    table.onAnswer(answer(4, 5), 1);
    assertThat(served()).containsExactly(4, 5);
    assertThat(places.get(1).history).isEmpty();

    table.onAnswer(answer(4), 2);
    assertThat(served()).containsExactly(4, 0);
  }

  @Test
  void whateverIsAnsweredNoAddressIsInTwoSlotsAndWhatIsNamedIsServed() throws Exception {
    long seed = new Random().nextLong();
    System.err.println("seed " + seed);
    Random random = new Random(seed);
    SlotTable table = table(5, "");

    for (int turn = 0; turn < 2_000; turn++) {
      int[] named = random.ints(random.nextInt(8) + 1, 1, 10).distinct().toArray();
      table.onAnswer(answer(named), turn);

      List<Integer> inSlots = served().stream().filter(n -> n > 0).toList();
      Set<Integer> all = new HashSet<>(IntStream.of(named).boxed().toList());
      assertThat(inSlots).doesNotHaveDuplicates();
      assertThat(all).containsAll(inSlots);
      assertThat(inSlots).hasSize(Math.min(5, all.size()));
      assertThat(table.leftOut()).isEqualTo(all.size() - inSlots.size());
    }
  }
}
