/**
 * Configuration: HOCON text to typed, validated, immutable records.
 *
 * <p>{@link io.sluice.config.ConfigReader} is the way in. Only {@code ConfigLoader} and {@code
 * ConfigSection} see the HOCON library. Every default stands in {@code reference.conf} and nowhere
 * in Java. A problem is reported with file, line, key, value and rule, and all problems of a file
 * are reported together.
 *
 * <p>This module knows nothing of the proxy. Records are immutable and may be used by any thread.
 */
package io.sluice.config;
