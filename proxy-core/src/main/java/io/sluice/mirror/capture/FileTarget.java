package io.sluice.mirror.capture;

/**
 * Where a mirror of the kind {@code file} writes.
 *
 * @param mirror the mirror's name
 * @param path which file is which stream's
 * @param maxBytes the most that one file may hold; 0 for no limit
 */
public record FileTarget(String mirror, CapturePath path, long maxBytes) {

  /** Checks the limit. */
  public FileTarget {
    if (maxBytes < 0) {
      throw new IllegalArgumentException("max-bytes must not be negative: " + maxBytes);
    }
  }
}
