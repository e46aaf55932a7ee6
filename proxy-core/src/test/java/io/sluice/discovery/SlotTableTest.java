package io.sluice.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.SockAddr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlotTableTest {
  private static final long SECOND = 1_000_000_000L;

  private final List<Place> places = new ArrayList<>();

  @Test
  void anAnswerFillsSlotsInItsOrder() {
    SlotTable table = table(3, 0, SlotTable.FOR_EVER);

    table.onAnswer(answer(1, 2), 0);

    assertThat(served()).containsExactly(1, 2, 0);
    assertThat(table.inUse()).isEqualTo(2);
  }

  @Test
  void anAddressKeepsItsSlotWhenAnswersChangeTheirOrder() {
    SlotTable table = table(3, 0, SlotTable.FOR_EVER);
    table.onAnswer(answer(1, 2, 3), 0);
    int changes = changes();

    table.onAnswer(answer(3, 1, 2), SECOND);

    assertThat(served()).containsExactly(1, 2, 3);
    assertThat(changes()).as("established servers are left alone").isEqualTo(changes);
  }

  @Test
  void aSlotOfAnAddressThatIsGoneGoesToANewOne() {
    SlotTable table = table(2, 0, SlotTable.FOR_EVER);
    table.onAnswer(answer(1, 2), 0);

    table.onAnswer(answer(2, 3), SECOND);

    assertThat(served()).containsExactly(3, 2);
    assertThat(places.get(0).history).containsExactly("fill 1", "empty no longer in DNS", "fill 3");
  }

  @Test
  void anAddressThatIsGoneStaysAsLongAsItIsHeld() {
    SlotTable table = table(2, 30 * SECOND, SlotTable.FOR_EVER);
    table.onAnswer(answer(1, 2), 0);

    table.onAnswer(answer(2), 29 * SECOND);
    assertThat(served()).containsExactly(1, 2);

    table.onAnswer(answer(2), 30 * SECOND);
    assertThat(served()).containsExactly(0, 2);
  }

  @Test
  void anAddressThatComesBackBeforeItsTimeIsNeverMissed() {
    SlotTable table = table(1, 30 * SECOND, SlotTable.FOR_EVER);
    table.onAnswer(answer(1), 0);

    table.onAnswer(answer(2), 20 * SECOND);
    table.onAnswer(answer(1), 40 * SECOND);
    table.onAnswer(answer(2), 60 * SECOND);

    assertThat(places.get(0).history).containsExactly("fill 1");
    assertThat(table.leftOut()).as("2 has no slot while 1 is held").isEqualTo(1);
  }

  @Test
  void moreAddressesThanSlotsAreCountedAndGetOneWhenItIsFree() {
    SlotTable table = table(2, 0, SlotTable.FOR_EVER);

    table.onAnswer(answer(1, 2, 3, 4), 0);
    assertThat(table.leftOut()).isEqualTo(2);

    table.onAnswer(answer(1, 4), SECOND);
    assertThat(table.leftOut()).isZero();
    assertThat(served()).containsExactly(1, 4);
  }

  @Test
  void aFailureLeavesTheLastGoodAnswerForAsLongAsItIsHeld() {
    SlotTable table = table(1, 0, 30 * SECOND);
    table.onAnswer(answer(1), 10 * SECOND);

    assertThat(table.onFailure("NXDOMAIN", 39 * SECOND)).isFalse();
    assertThat(served()).containsExactly(1);

    assertThat(table.onFailure("NXDOMAIN", 40 * SECOND)).isTrue();
    assertThat(places.get(0).history).containsExactly("fill 1", "empty NXDOMAIN");
    assertThat(table.onFailure("NXDOMAIN", 50 * SECOND)).isFalse();
  }

  @Test
  void aFailureIsHeldForEverWhereThatIsWanted() {
    SlotTable table = table(1, 0, SlotTable.FOR_EVER);
    table.onAnswer(answer(1), 0);

    assertThat(table.onFailure("no answer", Long.MAX_VALUE / 2)).isFalse();
    assertThat(served()).containsExactly(1);
  }

  @Test
  void aNewWeightIsTakenOverInPlace() {
    SlotTable table = table(1, 0, SlotTable.FOR_EVER);
    table.onAnswer(new Answer(List.of(new Endpoint(address(1), 1)), Duration.ZERO), 0);

    table.onAnswer(new Answer(List.of(new Endpoint(address(1), 7)), Duration.ZERO), 1);

    assertThat(places.get(0).endpoint.weight()).isEqualTo(7);
  }

  @Test
  void anAddressThatStandsTwiceTakesOneSlot() {
    SlotTable table = table(2, 0, SlotTable.FOR_EVER);

    table.onAnswer(answer(1, 1), 0);

    assertThat(served()).containsExactly(1, 0);
  }

  @Test
  void whateverIsAnsweredNoAddressIsInTwoSlotsAndWhatIsNamedIsServed() {
    long seed = new Random().nextLong();
    System.err.println("seed " + seed);
    Random random = new Random(seed);
    SlotTable table = table(5, 0, SlotTable.FOR_EVER);

    for (int turn = 0; turn < 2_000; turn++) {
      int[] named = random.ints(random.nextInt(8) + 1, 1, 10).toArray();
      table.onAnswer(answer(named), turn);

      List<Integer> inSlots = served().stream().filter(n -> n > 0).toList();
      Set<Integer> distinct = new HashSet<>(IntStream.of(named).boxed().toList());
      assertThat(inSlots).doesNotHaveDuplicates();
      assertThat(distinct).containsAll(inSlots);
      assertThat(inSlots).hasSize(Math.min(5, distinct.size()));
      assertThat(table.leftOut()).isEqualTo(distinct.size() - inSlots.size());
    }
  }

  private SlotTable table(int slots, long holdGoneNs, long holdFailureNs) {
    for (int n = 0; n < slots; n++) {
      places.add(new Place());
    }
    return new SlotTable(new ArrayList<Slot>(places), holdGoneNs, holdFailureNs, 0);
  }

  private List<Integer> served() {
    return places.stream()
        .map(place -> place.endpoint == null ? 0 : place.endpoint.address().port())
        .toList();
  }

  private int changes() {
    return places.stream().mapToInt(place -> place.history.size()).sum();
  }

  private static Answer answer(int... ports) {
    return new Answer(
        IntStream.of(ports).mapToObj(port -> new Endpoint(address(port), 1)).toList(),
        Duration.ofSeconds(1));
  }

  /** Told apart by their ports. */
  private static SockAddr address(int port) {
    try {
      return SockAddr.inet(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}), port);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Place implements Slot {
    final List<String> history = new ArrayList<>();
    Endpoint endpoint;

    @Override
    public void fill(Endpoint found, String why) {
      endpoint = found;
      history.add("fill " + found.address().port());
    }

    @Override
    public void empty(String why) {
      endpoint = null;
      history.add("empty " + why);
    }
  }
}
