package io.sluice.app.reload;

import io.sluice.config.SluiceConfig;
import java.io.IOException;
import java.util.List;

/** What takes a new configuration on while it runs. */
@FunctionalInterface
public interface Reloadable {

  /**
   * Goes over to {@code next}.
   *
   * @return a sentence for each change that takes effect only at the next restart
   * @throws IOException when it cannot; then nothing has changed
   */
  List<String> reload(SluiceConfig next) throws IOException;
}
