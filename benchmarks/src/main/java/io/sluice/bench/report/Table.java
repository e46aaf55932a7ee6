package io.sluice.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A Markdown table whose columns are padded, so that the source reads well too. */
public final class Table {

  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these column titles. */
  public Table(List<String> head) {
    rows.add(List.copyOf(head));
  }

  /** Adds a row of as many cells as the head has. */
  public void add(List<String> cells) {
    if (cells.size() != rows.get(0).size()) {
      throw new IllegalArgumentException(cells.size() + " cells under " + rows.get(0));
    }
    rows.add(List.copyOf(cells));
  }

  /** The Markdown. */
  public String render() {
    List<Integer> widths = new ArrayList<>(Collections.nCopies(rows.get(0).size(), 3));
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths.set(i, Math.max(widths.get(i), row.get(i).length()));
      }
    }
    StringBuilder out = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      for (int i = 0; i < widths.size(); i++) {
        String cell = rows.get(r).get(i);
        out.append("| ").append(cell).append(" ".repeat(widths.get(i) - cell.length() + 1));
      }
      out.append("|\n");
      if (r == 0) {
        widths.forEach(width -> out.append('|').append("-".repeat(width + 2)));
        out.append("|\n");
      }
    }
    return out.toString();
  }
}
