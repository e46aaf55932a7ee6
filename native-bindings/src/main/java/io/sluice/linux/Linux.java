package io.sluice.linux;

/**
 * Constants of the Linux system call interface, by their C names.
 *
 * <p>Hard-coded, because they are part of the kernel's stable interface: the values of asm-generic,
 * shared by x86-64, aarch64, riscv64 and loongarch64 (mips and sparc differ, {@link SelfTest}
 * refuses them). What differs between the accepted architectures is the layout of epoll_event, in
 * {@link Epoll}, and two flags of open(2), which are computed here.
 */
public final class Linux {

  // Address families, socket(2).
  public static final int AF_UNSPEC = 0;
  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;

  // Socket types and their flags, socket(2).
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_SEQPACKET = 5;
  public static final int SOCK_NONBLOCK = 0x800;
  public static final int SOCK_CLOEXEC = 0x80000;

  // Option levels, setsockopt(2).
  public static final int SOL_SOCKET = 1;
  public static final int SOL_IP = 0;
  public static final int SOL_IPV6 = 41;
  public static final int SOL_TCP = 6;

  // socket(7).
  public static final int SO_REUSEADDR = 2;
  public static final int SO_TYPE = 3;
  public static final int SO_ERROR = 4;
  public static final int SO_SNDBUF = 7;
  public static final int SO_RCVBUF = 8;
  public static final int SO_KEEPALIVE = 9;

  /** Urgent data stays in the stream; without it splice(2) stops at the urgent mark. */
  public static final int SO_OOBINLINE = 10;

  public static final int SO_PRIORITY = 12;
  public static final int SO_LINGER = 13;
  public static final int SO_REUSEPORT = 15;
  public static final int SO_PEERCRED = 17;
  public static final int SO_BINDTODEVICE = 25;
  public static final int SO_ACCEPTCONN = 30;
  public static final int SO_MARK = 36;
  public static final int SO_PROTOCOL = 38;
  public static final int SO_DOMAIN = 39;
  public static final int SO_MAX_PACING_RATE = 47;

  // tcp(7).
  public static final int TCP_NODELAY = 1;
  public static final int TCP_MAXSEG = 2;
  public static final int TCP_KEEPIDLE = 4;
  public static final int TCP_KEEPINTVL = 5;
  public static final int TCP_KEEPCNT = 6;
  public static final int TCP_DEFER_ACCEPT = 9;
  public static final int TCP_INFO = 11;
  public static final int TCP_QUICKACK = 12;
  public static final int TCP_CONGESTION = 13;
  public static final int TCP_USER_TIMEOUT = 18;

  /** Needs CAP_NET_ADMIN; a socket in repair is closed without a word to its peer. */
  public static final int TCP_REPAIR = 19;

  public static final int TCP_FASTOPEN = 23;
  public static final int TCP_NOTSENT_LOWAT = 25;
  public static final int TCP_FASTOPEN_CONNECT = 30;

  // ip(7), ipv6(7).
  public static final int IP_TOS = 1;
  public static final int IP_TTL = 2;
  public static final int IP_FREEBIND = 15;
  public static final int IP_TRANSPARENT = 19;
  public static final int IP_BIND_ADDRESS_NO_PORT = 24;

  public static final int IPV6_UNICAST_HOPS = 16;
  public static final int IPV6_V6ONLY = 26;
  public static final int IPV6_TCLASS = 67;
  public static final int IPV6_TRANSPARENT = 75;

  // shutdown(2).
  public static final int SHUT_RD = 0;
  public static final int SHUT_WR = 1;
  public static final int SHUT_RDWR = 2;

  // recv(2), send(2).
  public static final int MSG_OOB = 0x1;
  public static final int MSG_PEEK = 0x2;
  public static final int MSG_CTRUNC = 0x8;

  /** On a TCP socket: discards the bytes inside the kernel instead of copying them. */
  public static final int MSG_TRUNC = 0x20;

  public static final int MSG_DONTWAIT = 0x40;

  /** For send(2): EPIPE without SIGPIPE. splice(2) has no such flag; HotSpot ignores the signal. */
  public static final int MSG_NOSIGNAL = 0x4000;

  public static final int MSG_CMSG_CLOEXEC = 0x40000000;

  /** unix(7): the ancillary message that carries open descriptors. */
  public static final int SCM_RIGHTS = 1;

  // splice(2), tee(2). SPLICE_F_MORE is left out on purpose: in a relay it corks the tail of the
  // data for 200 ms.
  public static final int SPLICE_F_MOVE = 1;
  public static final int SPLICE_F_NONBLOCK = 2;

  // fcntl(2).
  public static final int F_GETFD = 1;
  public static final int F_SETFD = 2;
  public static final int F_GETFL = 3;
  public static final int F_SETFL = 4;
  public static final int F_SETPIPE_SZ = 1031;
  public static final int F_GETPIPE_SZ = 1032;
  public static final int FD_CLOEXEC = 1;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;

  // open(2), lseek(2), mmap(2).
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_PATH = 0x200000;

  private static final boolean ARM64 = System.getProperty("os.arch", "").equals("aarch64");

  /** arch/arm64/include/uapi/asm/fcntl.h; the value of the others is O_DIRECT there. */
  public static final int O_DIRECTORY = ARM64 ? 0x4000 : 0x10000;

  /** See {@link #O_DIRECTORY}; the value of the others is O_LARGEFILE there. */
  public static final int O_NOFOLLOW = ARM64 ? 0x8000 : 0x20000;

  /** renameat2(2). */
  public static final int RENAME_NOREPLACE = 1;

  public static final int SEEK_SET = 0;
  public static final int PROT_READ = 1;
  public static final int MAP_SHARED = 1;

  // epoll(7).
  public static final int EPOLL_CLOEXEC = 0x80000;
  public static final int EPOLL_CTL_ADD = 1;
  public static final int EPOLL_CTL_DEL = 2;
  public static final int EPOLLIN = 0x1;
  public static final int EPOLLPRI = 0x2;
  public static final int EPOLLOUT = 0x4;
  public static final int EPOLLERR = 0x8;
  public static final int EPOLLHUP = 0x10;
  public static final int EPOLLRDHUP = 0x2000;
  public static final int EPOLLEXCLUSIVE = 1 << 28;
  public static final int EPOLLONESHOT = 1 << 30;
  public static final int EPOLLET = 1 << 31;

  // eventfd(2).
  public static final int EFD_NONBLOCK = 0x800;
  public static final int EFD_CLOEXEC = 0x80000;

  // ioctl(2): pipe(7), tcp(7).
  public static final long FIONREAD = 0x541BL;
  public static final long SIOCOUTQ = 0x5411L;
  public static final long SIOCOUTQNSD = 0x894BL;

  private Linux() {}
}
