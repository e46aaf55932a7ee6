/**
 * JMH benchmarks of the two hot primitives: what a native call costs, and one turn of a pump. The
 * Maven profile {@code jmh} compiles this package once more with JMH's annotation processor.
 */
package io.sluice.bench.jmh;
