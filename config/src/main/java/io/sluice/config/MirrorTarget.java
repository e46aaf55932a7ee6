package io.sluice.config;

import io.sluice.config.PathTemplate.Placeholder;

/**
 * Where a mirror's bytes go. {@code toString()} gives the form that the operator writes back.
 *
 * <p>Invariant: every placeholder of a template is one that its target may use.
 */
public sealed interface MirrorTarget {

  /**
   * What stands before the first colon: {@code tcp}, {@code unix}, {@code file}, {@code pcapng}.
   */
  String scheme();

  /**
   * A connection for each mirrored session and direction.
   *
   * @param address host names are resolved when the proxy starts
   */
  record Stream(Address address) implements MirrorTarget {
    @Override
    public String scheme() {
      return address instanceof Address.Tcp ? "tcp" : "unix";
    }

    @Override
    public String toString() {
      return address instanceof Address.Tcp ? "tcp:" + address : address.toString();
    }
  }

  /**
   * A file of bare bytes for each mirrored session and direction.
   *
   * @param template contains {@code {session}}, and {@code {direction}} where both are mirrored
   */
  record FileTarget(PathTemplate template) implements MirrorTarget {

    /**
     * Checks the template.
     *
     * @throws IllegalArgumentException whose message tells the operator what to change
     */
    public FileTarget {
      if (!template.placeholders().contains(Placeholder.SESSION)) {
        throw new IllegalArgumentException(
            "each session has a file of its own: put {session} into the path");
      }
    }

    @Override
    public String scheme() {
      return "file";
    }

    @Override
    public String toString() {
      return "file:" + template;
    }
  }

  /**
   * A capture that all mirrored sessions share, one file at a time.
   *
   * @param template contains no placeholders but {@code {date}}, {@code {time}}, {@code {mirror}}
   */
  record Pcapng(PathTemplate template) implements MirrorTarget {

    /**
     * Checks the template: nothing that differs among sessions may name what they share.
     *
     * @throws IllegalArgumentException whose message tells the operator what to change
     */
    public Pcapng {
      for (Placeholder placeholder : template.placeholders()) {
        if (placeholder.isOfSession()) {
          throw new IllegalArgumentException(
              "a capture holds all sessions of the mirror: {"
                  + placeholder.word()
                  + "} cannot be in it");
        }
      }
    }

    @Override
    public String scheme() {
      return "pcapng";
    }

    @Override
    public String toString() {
      return "pcapng:" + template;
    }
  }
}
