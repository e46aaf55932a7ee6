package io.sluice.config;

/**
 * A key at its place, for messages.
 *
 * @param key full path
 * @param value as {@link Problem#value} shows it
 */
record Place(String key, String value, Origin origin) {}
