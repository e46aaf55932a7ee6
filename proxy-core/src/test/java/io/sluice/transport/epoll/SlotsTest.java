package io.sluice.transport.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SlotsTest {
  private final Slots slots = new Slots();

  @Test
  @DisplayName("18: the key of what is gone never finds its successor")
  void keyOfTheGoneNeverFindsItsSuccessor() {
    Silent gone = new Silent();
    List<Long> oldKeys = new ArrayList<>();
    for (int life = 0; life < 1000; life++) {
      long key = slots.add(gone);
      assertThat(slots.find(key)).isSameAs(gone);
      slots.remove(gone);
      oldKeys.add(key);
    }
    Silent successor = new Silent();
    long key = slots.add(successor);

    assertThat((int) key).as("the same slot").isEqualTo((int) oldKeys.get(0).longValue());
    assertThat(slots.find(key)).isSameAs(successor);
    assertThat(oldKeys).allMatch(old -> slots.find(old) == null).doesNotHaveDuplicates();
  }

  @Test
  void keysSurviveGrowth() {
    List<Silent> all = new ArrayList<>();
    List<Long> keys = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      all.add(new Silent());
      keys.add(slots.add(all.get(i)));
    }
    for (int i = 0; i < 1000; i += 2) {
      slots.remove(all.get(i));
    }

    assertThat(slots.count()).isEqualTo(500);
    assertThat(slots.snapshot()).hasSize(500).doesNotHaveDuplicates();
    for (int i = 0; i < 1000; i++) {
      assertThat(slots.find(keys.get(i))).isSameAs(i % 2 == 0 ? null : all.get(i));
    }
  }

  private static final class Silent extends Registration {
    @Override
    void onEvents(int events) {
      throw new AssertionError("nothing is reported here");
    }
  }
}
