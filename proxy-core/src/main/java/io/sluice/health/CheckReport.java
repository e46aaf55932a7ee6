package io.sluice.health;

/**
 * Where one check of a server stands; a snapshot.
 *
 * @param isRunning whether a run is under way
 * @param last the last result
 * @param health the counter, from 0 to {@code rise + fall - 1}; up from {@code rise} on
 */
public record CheckReport(boolean isRunning, CheckResult last, int health, int rise, int fall) {}
