package io.sluice.config;

/** What a frontend makes of the PROXY header that a connection may begin with. */
public enum ProxyPolicy {
  /** It must be there, and is believed. */
  REQUIRE,
  /** It is believed if it is there. */
  ACCEPT,
  /** It is taken off if it is there, and not believed. */
  IGNORE,
  /** Who sends one is sent away. */
  REJECT,
  /** It is not looked for: the first byte is payload. */
  OFF
}
