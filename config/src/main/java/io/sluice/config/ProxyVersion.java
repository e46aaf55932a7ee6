package io.sluice.config;

/** Which PROXY header is sent. */
public enum ProxyVersion {
  NONE,
  V1,
  V2
}
