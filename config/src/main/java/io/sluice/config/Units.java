package io.sluice.config;

import java.time.Duration;

/**
 * Writes sizes and durations as an operator writes them: exactly, in the largest unit that fits.
 */
final class Units {

  private Units() {}

  static String bytes(long bytes) {
    String[] names = {"", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    long number = bytes;
    while (number != 0 && number % 1024 == 0 && unit < names.length - 1) {
      number /= 1024;
      unit++;
    }
    return number + names[unit];
  }

  static String duration(Duration duration) {
    long millis = duration.toMillis();
    long[] sizes = {86_400_000, 3_600_000, 60_000, 1000};
    String[] names = {"d", "h", "m", "s"};
    for (int i = 0; i < sizes.length; i++) {
      if (millis != 0 && millis % sizes[i] == 0) {
        return millis / sizes[i] + names[i];
      }
    }
    return millis + "ms";
  }
}
