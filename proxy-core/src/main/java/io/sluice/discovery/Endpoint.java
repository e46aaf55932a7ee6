package io.sluice.discovery;

import io.sluice.linux.SockAddr;

/**
 * One destination behind a name.
 *
 * @param weight its share, 1 to 256; 1 where the name does not tell
 */
public record Endpoint(SockAddr address, int weight) {}
