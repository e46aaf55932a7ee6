package io.sluice.discovery;

import java.util.concurrent.CompletionStage;

/** Where the addresses behind a name come from. */
interface NameSource {

  /**
   * Asks, without blocking, on the thread of the {@link Agenda}, which the stage completes on too,
   * within the source's own time limit. It fails with a {@link NameFailure}.
   */
  CompletionStage<Answer> ask();
}
