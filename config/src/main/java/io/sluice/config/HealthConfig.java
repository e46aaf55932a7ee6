package io.sluice.config;

/**
 * How the health of one server is found out.
 *
 * @param check asks the server itself
 * @param agent asks a program beside the server
 * @param observe looks at what sessions meet
 */
public record HealthConfig(CheckConfig check, AgentConfig agent, ObserveConfig observe) {}
