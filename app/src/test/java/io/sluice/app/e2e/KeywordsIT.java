package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of keywords for who comes from HAProxy has all that the installed HAProxy knows. */
@EndToEnd
class KeywordsIT {
  private static final Path MANUAL = Path.of("../docs/configuration.md");
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Set<String> SECTIONS = Set.of("global", "listen");

  /** What the table leaves out as a whole: HTTP, ending and beginning TLS, Lua and filters. */
  private static final Pattern OTHER =
      Pattern.compile(
          "ssl|tls|http|lua|cookie|alpn|npn|verify|fcgi|spoe|crt|errorfile|errorloc|compression"
              + "|^h[123]-|^ca-|^crl-|^ciphers|^curves|ecdhe|^sni|strict-sni|allow-0rtt|^no-ca-names"
              + "|generate-certificates|prefer-client-ciphers|issuers|^pool-|max-reuse|^tune\\."
              + "|max-keep-alive|ot-group|checkcache|idle-close-on|^quic|jwt|ocsp|ktls|acme");

  @TempDir Path folder;

  @Test
  void everyKeywordHasItsKeyOrAReason() throws IOException {
    String manual = Files.readString(MANUAL);
    String table = manual.substring(manual.indexOf("## From HAProxy"));
    Set<String> keywords = keywords();

    assertThat(keywords).hasSizeGreaterThan(100).contains("maxconn", "tcp-ut", "silent-drop");
    assertThat(keywords)
        .allSatisfy(
            keyword ->
                assertThat(table)
                    .containsPattern(
                        "(?<![A-Za-z0-9-])" + Pattern.quote(keyword) + "(?![A-Za-z0-9-])"));
  }

  private Set<String> keywords() throws IOException {
    Path config = Files.writeString(folder.resolve("empty.cfg"), "");
    List<String> command =
        List.of(Tool.HAPROXY.path(), "-dKcfg", "-q", "-c", "-f", config.toString());
    Program haproxy = Program.run(folder, "haproxy", command, LIMIT);
    if (haproxy.stdout().isEmpty()) {
      Tool.missing("needs an HAProxy that tells its keywords: 2.6 or later");
    }
    Set<String> keywords = new TreeSet<>();
    String section = "";
    for (String line : haproxy.stdout().lines().toList()) {
      List<String> words = new ArrayList<>(List.of(line.strip().split("\\s+")));
      if (!line.startsWith("\t")) {
        section = line;
      } else if (SECTIONS.contains(section) && !words.contains("HTTP")) {
        String keyword = keyword(words);
        if (!OTHER.matcher(keyword).find()) {
          keywords.add(keyword);
        }
      }
    }
    return keywords;
  }

  /** The word of a line that matters: {@code bind <addr> NAME +1}, {@code option NAME [ BE ]}. */
  private static String keyword(List<String> words) {
    String first = words.get(0);
    int at =
        switch (first) {
          case "bind" -> 2;
          case "server" -> 3;
          case "option", "filter" -> 1;
          case "tcp-request", "tcp-response" -> 2;
          default -> 0;
        };
    String keyword = words.size() > at ? words.get(at) : first;
    return keyword.replaceFirst("\\*$", "").replaceFirst("^no-(?!memory)", "");
  }
}
