package io.sluice.stats;

/**
 * Everything that is counted, in every scope. Each only grows.
 *
 * <p>{@link #key} is the name in logs and metrics: {@code noun_unit_total}.
 */
public enum Counter {
  SESSIONS("sessions_total", "Client connections accepted"),
  BYTES_TO_SERVER("bytes_to_server_total", "Bytes delivered from clients to servers"),
  BYTES_TO_CLIENT("bytes_to_client_total", "Bytes delivered from servers to clients"),
  SPLICED_TO_SERVER(
      "spliced_bytes_to_server_total", "Bytes to servers that never entered user space"),
  SPLICED_TO_CLIENT(
      "spliced_bytes_to_client_total", "Bytes to clients that never entered user space"),
  PUMP_CALLS("pump_calls_total", "System calls that moved, or tried to move, bytes"),
  PUMP_STALLS("pump_stalls_total", "Times that a target had no room and bytes stayed behind"),
  PUMP_SWITCHES("pump_switches_total", "Changes of a flow between copy and splice"),
  BYTES_DISCARDED(
      "discarded_bytes_total", "Bytes read from one side that could not reach the other any more"),
  CONNECT_ATTEMPTS("connect_attempts_total", "Connections to servers begun"),
  CONNECT_FAILURES("connect_failures_total", "Connections to servers refused, failed or timed out"),
  RETRIES("retries_total", "Failed connections that were followed by one to the same server"),
  REDISPATCHES("redispatches_total", "Failed connections that were followed by one to another"),
  ACCEPT_ERRORS("accept_errors_total", "Accepts that failed for want of descriptors or memory"),
  CHECKS("checks_total", "Health checks and questions to agents begun"),
  CHECK_FAILURES(
      "check_failures_total", "Health checks failed and bad words of agents, except while down"),
  SERVER_DOWNS("server_downs_total", "Times that checks or an agent took a server down"),
  DENIED_CONNECTIONS(
      "denied_connections_total", "Client connections not let in, for whatever reason"),
  DENIED_BY_LIST("denied_by_list_total", "Client connections that allow or deny kept out"),
  DENIED_BY_RATE("denied_by_source_rate_total", "Client connections beyond their source's rate"),
  DENIED_BY_CONNECTIONS(
      "denied_by_source_connections_total",
      "Client connections beyond their source's number at a time"),
  TARPITTED_CONNECTIONS("tarpitted_connections_total", "Client connections held in the tarpit"),
  SILENTLY_DROPPED(
      "silently_dropped_connections_total", "Client connections ended without telling the client"),
  UNTRACKED_CONNECTIONS(
      "untracked_connections_total",
      "Client connections let in uncounted because the table of sources was full"),
  CLOSED_NORMALLY("closed_normally_total", "Sessions that both sides ended"),
  CLOSED_BY_CLIENT("closed_by_client_total", "Sessions that the client aborted"),
  CLOSED_BY_SERVER("closed_by_server_total", "Sessions that the server aborted"),
  CLOSED_NO_SERVER("closed_no_server_total", "Sessions for which no server could be reached"),
  CLOSED_CLIENT_TIMEOUT("closed_client_timeout_total", "Sessions whose client was idle too long"),
  CLOSED_SERVER_TIMEOUT("closed_server_timeout_total", "Sessions whose server was idle too long"),
  CLOSED_RESOURCES("closed_resources_total", "Sessions ended for want of descriptors or memory"),
  CLOSED_KILLED("closed_killed_total", "Sessions ended by a shutdown or an operator"),
  CLOSED_SERVER_DOWN("closed_server_down_total", "Sessions ended because their server went down"),
  CLOSED_BACKUP("closed_backup_total", "Sessions of backup servers ended as another came up"),
  CLOSED_LIFETIME("closed_lifetime_total", "Sessions that had lived as long as they may"),
  CLOSED_PROXY_HEADER("closed_proxy_header_total", "Clients that sent no valid PROXY header"),
  CLOSED_DENIED("closed_denied_total", "Clients refused after their PROXY header"),
  CLOSED_INTERNAL("closed_internal_total", "Sessions ended by a defect of the proxy");

  private final String key;
  private final String help;

  Counter(String key, String help) {
    this.key = key;
    this.help = help;
  }

  /** Name in logs and metrics. */
  public String key() {
    return key;
  }

  /** What it counts, for people. */
  public String help() {
    return help;
  }
}
