package io.sluice.discovery;

import java.util.concurrent.CompletionStage;

/** Where the addresses behind a name come from. Any thread. */
public interface NameSource {

  /**
   * Asks, without blocking. An answer has at least one endpoint; everything else is a failure whose
   * message tells an operator what happened. Completes within the source's own time limit.
   */
  CompletionStage<Answer> ask();
}
