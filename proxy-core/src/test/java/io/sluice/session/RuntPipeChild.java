package io.sluice.session;

import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;
import io.sluice.stats.Counter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of a user without privileges whose pipes have used up the user's pages; run by {@link
 * RuntPipeTest}. Ends with 0 if traffic goes on all the same.
 */
final class RuntPipeChild {
  private static final int PIPES_MAX = 3_000;
  private static final int MIB = 1 << 20;
  private static final Path USER_PAGES_SOFT = Path.of("/proc/sys/fs/pipe-user-pages-soft");

  private RuntPipeChild() {}

  public static void main(String[] args) throws Exception {
    List<Pipe> others = useUpThePages(LinuxSyscalls.open());
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = splice")) {
      LoopHarness.Pair pair = harness.pair();
      new Delivery(pair.client(), pair.server(), Delivery.random(1, 4 * MIB)).finish(harness);
      expect("no bytes through runts", harness.counted(Counter.SPLICED_TO_SERVER) == 0);
      expect("a runt was recognised", harness.poller.usage().runtPipes() > 0);
      expect("it was not kept", harness.poller.usage().pipesIdle() == 0);

      others.forEach(Pipe::close);
      new Delivery(pair.client(), pair.server(), Delivery.random(2, 64 * MIB)).finish(harness);
      if (userPagesSoft() > MIB / 4096) {
        expect("splice again", harness.counted(Counter.SPLICED_TO_SERVER) > 0);
      }
      pair.client().finish();
      pair.server().finish();
      harness.expectNothingLeft();
    }
  }

  private static List<Pipe> useUpThePages(Syscalls sys) {
    List<Pipe> pipes = new ArrayList<>();
    Pipe last;
    do {
      last = Pipe.create(sys, MIB);
      expect("pipe " + pipes.size() + " is open: errno " + last.errno(), last.isOpen());
      pipes.add(last);
    } while (!last.isRunt() && pipes.size() < PIPES_MAX);
    expect("the user is limited", last.isRunt());
    return pipes;
  }

  private static int userPagesSoft() throws Exception {
    return Integer.parseInt(Files.readString(USER_PAGES_SOFT).trim());
  }

  private static void expect(String what, boolean holds) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
