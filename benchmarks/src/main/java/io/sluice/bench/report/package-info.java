/** Markdown out of results and environment; pure functions except for reading the environment. */
package io.sluice.bench.report;
