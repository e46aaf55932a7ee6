package io.sluice.bench.report;

import io.sluice.bench.figures.Results;
import io.sluice.bench.figures.Summary;
import io.sluice.bench.goals.Goal;
import io.sluice.bench.goals.Goals;
import io.sluice.bench.goals.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The section of the report that says which numbers were reached. */
final class GoalTable {

  private GoalTable() {}

  static String render(Results results) {
    StringBuilder out = new StringBuilder("## Goals\n\n");
    out.append(
        "Ratios of medians. Of several peers the best one in this run counts, of several"
            + " workloads the worst one; each is named.\n\n");
    Table table = new Table(List.of("what", "figure", "goal", "measured", "outcome"));
    for (Goal goal : Goals.all()) {
      Outcome outcome = Outcome.of(goal, results);
      table.add(
          List.of(
              goal.what(), figure(outcome), limit(goal), measured(outcome), conclusion(outcome)));
    }
    return out.append(table.render()).append('\n').toString();
  }

  private static String figure(Outcome outcome) {
    Goal goal = outcome.goal();
    String counts = outcome.measured().map(m -> m.pair().toString()).orElse(join(goal.pairs()));
    String rest = "";
    if (outcome.measured().isPresent() && goal.pairs().size() > 1) {
      rest =
          outcome.missing().isEmpty()
              ? " (the worse of " + join(goal.pairs()) + ")"
              : " (not measured: " + join(outcome.missing()) + ")";
    }
    return goal.ours() + ", " + counts + rest + ", " + goal.metric().label();
  }

  private static String join(List<Goal.Pair> pairs) {
    return pairs.stream().map(Goal.Pair::toString).collect(Collectors.joining(", "));
  }

  private static String limit(Goal goal) {
    return goal.limit()
        .map(
            limit ->
                switch (goal.metric().better()) {
                      case MORE -> "≥ ";
                      case LESS -> "≤ ";
                    }
                    + String.format(Locale.ROOT, "%.2f×", limit))
        .orElse("–");
  }

  private static String measured(Outcome outcome) {
    return outcome.measured().map(m -> Summary.format(m.ratio()) + "× " + m.peer()).orElse("–");
  }

  private static String conclusion(Outcome outcome) {
    if (outcome.measured().isEmpty()) {
      return "not measured in this run";
    }
    return outcome
        .miss()
        .map(miss -> miss <= 0 ? "reached" : "MISSED by " + Summary.format(100 * miss) + " %")
        .orElse("for information");
  }
}
