package io.sluice.discovery;

import io.sluice.linux.SockAddr;

/**
 * One destination behind a name.
 *
 * @param weight its share, 1 to 256; 0 where the name does not tell
 * @param standby whether it is wanted only while all those that are not are down
 */
record Endpoint(SockAddr address, int weight, boolean standby) {}
