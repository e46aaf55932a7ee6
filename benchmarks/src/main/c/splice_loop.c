/*
 * The least that a splicing TCP proxy can be: epoll, one pipe a thread, splice(2) in and out.
 * No features, no timeouts, no log: the yardstick for what the rest of a proxy costs.
 *
 *     splice_loop LISTEN_HOST LISTEN_PORT TARGET_HOST TARGET_PORT [THREADS [PIPE_BYTES]]
 *
 * Each direction of a session borrows its thread's pipe while it moves bytes. A direction whose
 * target is full keeps that pipe with the bytes in it, and the thread makes another.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256
#define TURN_BYTES (4 << 20)
#define SPARE_MAX 64

struct pipe_pair {
    int in, out; /* write end, read end */
    size_t bytes;
};

/* One socket of a session and the direction that begins there. */
struct end {
    int fd, readable, writable, eof, peer_shut, has_pipe;
    struct pipe_pair pipe;
    struct end *peer;
    struct session *session;
};

struct session {
    struct end client, server;
    int closed, queued;
    struct session *next;      /* in the list of the closed */
    struct session *next_busy; /* in the list of those with work left */
};

struct loop {
    int epoll, listener, pipe_bytes, spares;
    struct sockaddr_in target;
    struct pipe_pair spare[SPARE_MAX];
    struct session *closed, *busy;
};

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int borrow(struct loop *loop, struct end *end) {
    if (loop->spares > 0) {
        end->pipe = loop->spare[--loop->spares];
    } else {
        int fds[2];
        if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0)
            return -1;
        fcntl(fds[1], F_SETPIPE_SZ, loop->pipe_bytes);
        end->pipe = (struct pipe_pair){.in = fds[1], .out = fds[0], .bytes = 0};
    }
    end->has_pipe = 1;
    return 0;
}

/* A pipe with bytes in it is never used again: they belong to this session. */
static void give_back(struct loop *loop, struct end *end) {
    if (!end->has_pipe)
        return;
    end->has_pipe = 0;
    if (end->pipe.bytes == 0 && loop->spares < SPARE_MAX) {
        loop->spare[loop->spares++] = end->pipe;
        return;
    }
    close(end->pipe.in);
    close(end->pipe.out);
}

/* A session in the list of the closed lives until the turn's events have been looked at. */
static void close_session(struct loop *loop, struct session *s, int reset) {
    if (s->closed)
        return;
    s->closed = 1;
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    struct end *ends[] = {&s->client, &s->server};
    for (int i = 0; i < 2; i++) {
        if (reset)
            setsockopt(ends[i]->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        give_back(loop, ends[i]);
        close(ends[i]->fd);
    }
    s->next = loop->closed;
    loop->closed = s;
}

static void fail(struct loop *loop, struct end *end) { close_session(loop, end->session, 1); }

static void queue(struct loop *loop, struct session *s) {
    if (!s->queued) {
        s->queued = 1;
        s->next_busy = loop->busy;
        loop->busy = s;
    }
}

/* Moves what can be moved from this end to its peer. Edge-triggered: readiness is remembered. */
static void pump(struct loop *loop, struct end *from) {
    const unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
    struct end *to = from->peer;
    size_t moved = 0;
    for (;;) {
        if (from->has_pipe && from->pipe.bytes > 0) {
            if (!to->writable)
                return;
            ssize_t n = splice(from->pipe.out, NULL, to->fd, NULL, from->pipe.bytes, flags);
            if (n > 0) {
                from->pipe.bytes -= (size_t)n;
                moved += (size_t)n;
            } else if (n < 0 && errno == EAGAIN) {
                to->writable = 0;
            } else if (!(n < 0 && errno == EINTR)) {
                fail(loop, from);
                return;
            }
            continue;
        }
        if (from->eof || !from->readable)
            break;
        if (moved >= TURN_BYTES) {
            queue(loop, from->session);
            break;
        }
        if (!from->has_pipe && borrow(loop, from) < 0) {
            fail(loop, from);
            return;
        }
        ssize_t n = splice(from->fd, NULL, from->pipe.in, NULL, (size_t)loop->pipe_bytes, flags);
        if (n > 0)
            from->pipe.bytes += (size_t)n;
        else if (n == 0)
            from->eof = 1;
        else if (errno == EAGAIN)
            from->readable = 0; /* The pipe is empty here, so it is the socket that is. */
        else if (errno != EINTR) {
            fail(loop, from);
            return;
        }
    }
    give_back(loop, from);
    if (from->eof && !from->peer_shut) {
        from->peer_shut = 1;
        shutdown(to->fd, SHUT_WR);
        if (to->peer_shut)
            close_session(loop, from->session, 0);
    }
}

static void run_session(struct loop *loop, struct session *s) {
    pump(loop, &s->client);
    if (!s->closed)
        pump(loop, &s->server);
}

static void add(struct loop *loop, struct end *end, int fd, struct session *s, struct end *peer) {
    const int on = 1;
    *end = (struct end){.fd = fd, .session = s, .peer = peer};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = end};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll_ctl");
}

static void accept_all(struct loop *loop) {
    for (;;) {
        int client = accept4(loop->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0)
            return;
        int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (server < 0 || (connect(server, (struct sockaddr *)&loop->target,
                                   sizeof loop->target) < 0 && errno != EINPROGRESS)) {
            close(client);
            if (server >= 0)
                close(server);
            continue;
        }
        struct session *s = calloc(1, sizeof *s);
        if (s == NULL)
            die("calloc");
        add(loop, &s->client, client, s, &s->server);
        add(loop, &s->server, server, s, &s->client);
    }
}

static void *run(void *argument) {
    struct loop *loop = argument;
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(loop->epoll, events, EVENTS, loop->busy ? 0 : -1);
        struct session *busy = loop->busy;
        loop->busy = NULL;
        for (int i = 0; i < count; i++) {
            struct end *end = events[i].data.ptr;
            if (end == NULL) {
                accept_all(loop);
                continue;
            }
            struct session *s = end->session;
            if (s->closed)
                continue;
            if (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
                end->readable = 1;
            if (events[i].events & EPOLLOUT)
                end->writable = 1;
            if (events[i].events & EPOLLERR)
                end->readable = end->writable = 1; /* The next splice says what it is. */
            run_session(loop, s);
        }
        while (busy != NULL) {
            struct session *s = busy;
            busy = s->next_busy;
            s->queued = 0;
            if (!s->closed)
                run_session(loop, s);
        }
        /* A closed session that was queued again above is in the new busy list: it stays. */
        struct session **link = &loop->closed;
        while (*link != NULL) {
            struct session *s = *link;
            if (s->queued) {
                link = &s->next;
            } else {
                *link = s->next;
                free(s);
            }
        }
    }
    return NULL;
}

static struct sockaddr_in address(const char *host, const char *port) {
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    if (inet_pton(AF_INET, host, &result.sin_addr) != 1) {
        fprintf(stderr, "not an IPv4 address: %s\n", host);
        exit(2);
    }
    return result;
}

int main(int argc, char **argv) {
    if (argc < 5) {
        fprintf(stderr, "usage: %s HOST PORT TARGET_HOST TARGET_PORT [THREADS [PIPE_BYTES]]\n",
                argv[0]);
        return 2;
    }
    const int on = 1;
    int threads = argc > 5 ? atoi(argv[5]) : 1;
    struct sockaddr_in local = address(argv[1], argv[2]);
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0)
        die("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&local, sizeof local) < 0 || listen(listener, 4096) < 0)
        die("bind");
    for (int i = 0; i < threads; i++) {
        struct loop *loop = calloc(1, sizeof *loop);
        if (loop == NULL)
            die("calloc");
        loop->listener = listener;
        loop->pipe_bytes = argc > 6 ? atoi(argv[6]) : 1 << 20;
        loop->target = address(argv[3], argv[4]);
        loop->epoll = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL};
        if (loop->epoll < 0 || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, listener, &event) < 0)
            die("epoll");
        pthread_t thread;
        if (i == threads - 1)
            run(loop);
        else if (pthread_create(&thread, NULL, run, loop) != 0)
            die("pthread_create");
    }
    return 0;
}
