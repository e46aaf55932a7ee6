package io.sluice.bench.chart;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import io.sluice.bench.methods.MethodTable;
import java.awt.Color;
import java.awt.Rectangle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryLabelPositions;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Medians as SVG, one file for each group of workloads and headline figure. */
public final class Charts {

  private static final int HEIGHT = 420;
  private static final int WIDTH_LEAST = 760;
  private static final int WIDTH_MARGIN = 260;
  private static final int BAR_PIXELS = 9;

  /** A chart and how wide it should be. */
  private record Drawing(JFreeChart chart, int width) {}

  private Charts() {}

  /**
   * Draws everything that was measured.
   *
   * @param methods the zero-copy table; {@code null} when it was not measured
   * @return file name and title, in the order of the report
   */
  public static Map<String, String> draw(Results results, MethodTable methods, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    Map<String, String> titles = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> group : groups(results.workloads()).entrySet()) {
      for (Metric metric : headlines(results, group.getValue())) {
        String title = group.getKey() + ": " + metric.label();
        String name = fileName(group.getKey() + "-" + metric.name());
        write(bars(results, group.getValue(), metric, title), folder.resolve(name));
        titles.put(name, title);
      }
    }
    if (methods != null) {
      for (String origin : methods.origins()) {
        String title = origin + ": CPU s/GB by size of a transfer";
        String name = fileName("methods-" + origin);
        write(lines(methods, origin, title), folder.resolve(name));
        titles.put(name, title);
      }
    }
    return titles;
  }

  /** Workloads by the first part of their name, of which a veth's has two: bulk, rr, conn, … */
  static Map<String, List<String>> groups(Set<String> workloads) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (String workload : workloads) {
      String group = workload.replaceAll("^((?:veth-)?[^-]+).*$", "$1");
      groups.computeIfAbsent(group, g -> new ArrayList<>()).add(workload);
    }
    return groups;
  }

  static String fileName(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg";
  }

  private static Set<Metric> headlines(Results results, List<String> workloads) {
    Set<Metric> metrics = new LinkedHashSet<>();
    for (String workload : workloads) {
      results.metrics(workload).stream()
          .filter(metric -> metric.kind() == Metric.Kind.HEADLINE)
          .forEach(metrics::add);
    }
    return metrics;
  }

  private static Drawing bars(
      Results results, List<String> workloads, Metric metric, String title) {
    DefaultCategoryDataset data = new DefaultCategoryDataset();
    for (String workload : workloads) {
      for (String contender : results.contenders(workload)) {
        results
            .summary(workload, contender, metric)
            .ifPresent(summary -> data.addValue(summary.median(), contender, workload));
      }
    }
    JFreeChart chart = ChartFactory.createBarChart(title, null, metric.label(), data);
    CategoryPlot plot = chart.getCategoryPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.getDomainAxis().setCategoryLabelPositions(CategoryLabelPositions.UP_45);
    BarRenderer bars = (BarRenderer) plot.getRenderer();
    bars.setBarPainter(new StandardBarPainter());
    bars.setShadowVisible(false);
    bars.setItemMargin(0);
    int width = WIDTH_MARGIN + BAR_PIXELS * data.getRowCount() * data.getColumnCount();
    return new Drawing(chart, Math.max(WIDTH_LEAST, width));
  }

  private static Drawing lines(MethodTable methods, String origin, String title) {
    List<Long> sizes = methods.sizes(origin);
    XYSeriesCollection data = new XYSeriesCollection();
    methods
        .cpuPerGb(origin)
        .forEach(
            (way, costs) -> {
              XYSeries line = new XYSeries(way);
              for (int i = 0; i < sizes.size(); i++) {
                line.add(sizes.get(i) / 1024.0, costs.get(i));
              }
              data.addSeries(line);
            });
    JFreeChart chart = ChartFactory.createXYLineChart(title, "KiB in a transfer", "CPU s/GB", data);
    XYPlot plot = chart.getXYPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.setDomainAxis(logarithmic("KiB in a transfer"));
    plot.setRangeAxis(logarithmic("CPU s/GB"));
    plot.setRenderer(new XYLineAndShapeRenderer(true, true));
    return new Drawing(chart, WIDTH_LEAST);
  }

  private static LogAxis logarithmic(String label) {
    LogAxis axis = new LogAxis(label);
    axis.setNumberFormatOverride(new DecimalFormat("0.###"));
    return axis;
  }

  private static void write(Drawing drawing, Path file) throws IOException {
    VectorGraphics2D graphics = new VectorGraphics2D();
    drawing.chart().draw(graphics, new Rectangle(drawing.width(), HEIGHT));
    Document document =
        Processors.get("svg")
            .getDocument(graphics.getCommands(), new PageSize(0, 0, drawing.width(), HEIGHT));
    try (OutputStream out = Files.newOutputStream(file)) {
      document.writeTo(out);
    }
  }
}
