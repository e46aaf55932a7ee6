package io.sluice.config;

import java.time.Duration;

/**
 * A program beside a server that says in one line how the server is: HAProxy's agent-check.
 *
 * @param isOn whether there is one
 * @param target where it listens
 * @param interval from the end of one question to the next one; bounds each question too
 * @param send what to send before listening, each char a byte; empty for nothing
 */
public record AgentConfig(boolean isOn, CheckTarget target, Duration interval, String send) {}
