package io.sluice.app;

import java.util.ArrayList;
import java.util.List;

/** Rows of text as lines with columns below each other. One thread. */
final class Table {
  private static final String GAP = "  ";

  private final int texts;
  private final List<String[]> rows = new ArrayList<>();

  /**
   * A table with a head and no rows yet.
   *
   * @param texts how many columns, from the left, are text; the others are numbers
   */
  Table(int texts, String... head) {
    this.texts = texts;
    rows.add(head);
  }

  /** One more row, with a cell for each column; numbers and whatever stands for them as text. */
  void row(Object... cells) {
    assert cells.length == rows.get(0).length : "a cell is missing";
    String[] row = new String[cells.length];
    for (int at = 0; at < row.length; at++) {
      row[at] = cells[at].toString();
    }
    rows.add(row);
  }

  /** The lines: text is at the left of its column, a number at the right. */
  List<String> lines() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int at = 0; at < row.length; at++) {
        widths[at] = Math.max(widths[at], row[at].length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private String line(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int at = 0; at < row.length; at++) {
      String space = " ".repeat(widths[at] - row[at].length());
      line.append(at == 0 ? "" : GAP);
      line.append(at < texts ? row[at] + space : space + row[at]);
    }
    return line.toString().stripTrailing();
  }
}
