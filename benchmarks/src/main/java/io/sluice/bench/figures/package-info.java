/** The figures that are reported and their statistics; pure functions of numbers. */
package io.sluice.bench.figures;
