package io.sluice.session;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.Linux;
import java.util.Random;

/** Faults of system calls that a relay must bear without a loss, drawn from a seed. */
final class Weather {
  private static final Call[] MOVES = {Call.RECV, Call.SEND, Call.SPLICE};

  private Weather() {}

  static void brew(FaultySyscalls sys, Random random) {
    for (Call move : MOVES) {
      switch (random.nextInt(4)) {
        case 0 -> sys.cap(move, 20 + random.nextInt(400));
        case 1 -> sys.cap(move, 1 + random.nextInt(40_000));
        default -> {
          // As much as the kernel likes.
        }
      }
      sys.failRandomly(move, chance(random), Errno.EAGAIN);
      sys.failRandomly(move, chance(random), Errno.EINTR);
    }
    if (random.nextBoolean()) {
      sys.randomizeCaps();
    }
    sys.failRandomly(Call.EPOLL_WAIT, chance(random), Errno.EINTR);
    sys.failRandomly(Call.ACCEPT4, chance(random), Errno.EINTR);
    sys.failRandomly(Call.ACCEPT4, chance(random), Errno.EAGAIN);
    if (random.nextInt(4) == 0) {
      sys.failRandomly(Call.PIPE2, 0.3, Errno.EMFILE);
    }
    if (random.nextInt(4) == 0) {
      sys.failFcntl(Linux.F_SETPIPE_SZ, Errno.EPERM);
    }
  }

  private static double chance(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0.3;
      case 1 -> 0.03;
      default -> 0;
    };
  }
}
