package io.sluice.config;

/**
 * Who may connect to a listening UNIX socket in the file system: unix(7).
 *
 * @param mode permissions, 0 to 0777; negative means as the umask of the process makes them
 * @param owner name or number of a user; empty means the user of the process
 * @param group name or number of a group; empty means the group of the process
 */
public record UnixFile(int mode, String owner, String group) {

  /** As bind(2) makes it. */
  public static final UnixFile AS_BOUND = new UnixFile(-1, "", "");
}
