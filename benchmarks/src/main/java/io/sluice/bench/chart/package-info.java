/** Results as pictures, drawn by JFreeChart; the only package that knows a plotting library. */
package io.sluice.bench.chart;
