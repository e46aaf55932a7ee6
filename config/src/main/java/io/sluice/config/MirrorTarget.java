package io.sluice.config;

/**
 * Where a mirror's bytes go. {@code toString()} gives the form that the operator writes back.
 *
 * <p>Templates are absolute paths with placeholders in braces, see {@link PathTemplate}; they have
 * been checked, so that every placeholder in them is one that its target may use.
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
  record FileTarget(String template) implements MirrorTarget {
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
  record Pcapng(String template) implements MirrorTarget {
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
