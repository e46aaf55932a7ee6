package io.sluice.backend.balance;

import io.sluice.linux.SockAddr;

/**
 * The hash that all choices by hash are made of: fixed, so that two proxies of any version choose
 * alike.
 *
 * <p>Bytes go through 64-bit FNV-1a (Fowler, Noll, Vo), numbers are taken as they are, and both
 * through the finalizer of SplitMix64 (variant 13 of Stafford's mixers; Steele, Lea, Flood: Fast
 * Splittable Pseudorandom Number Generators, OOPSLA 2014), in which each bit of the input changes
 * each bit of the output with a chance of about one half. No hash against attackers: who chooses
 * its own address can choose its server.
 */
final class Hash64 {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final int BYTE = 0xFF;

  private Hash64() {}

  /** The finalizer: a permutation of the 64-bit numbers. */
  static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** A text of ASCII, for one of several purposes that must not meet: {@code seed}. */
  static long ofName(String name, long seed) {
    long hash = FNV_OFFSET ^ mix(seed);
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ (name.charAt(i) & BYTE)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /** A host name, which means the same in upper and lower case. */
  static long ofHost(String host) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < host.length(); i++) {
      int c = host.charAt(i);
      int lower = c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
      hash = (hash ^ (lower & BYTE)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /** An IP address without its port; an IPv4 address and its IPv6 form are one. */
  static long ofAddress(SockAddr client) {
    return mix(client.addressLow() + mix(client.addressHigh() + FNV_PRIME));
  }

  /** A number from 0 to {@code bound - 1} out of a hash, by its upper bits. */
  static int reduce(long hash, int bound) {
    return (int) (((hash >>> 32) * bound) >>> 32);
  }
}
