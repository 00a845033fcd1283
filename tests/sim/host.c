/*
 * What a process asks of its machine, taken over by the linker (--wrap) or
 * by standing in front of the library: the clock, waiting, its number,
 * signals, randomness, its log.
 */
#include "common/base/log.h"
#include "tests/sim/host.h"
#include "tests/sim/pq.h"
#include "tests/sim/world.h"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define SIGNAL_FD 1000

int __wrap_clock_gettime(clockid_t which, struct timespec *ts);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);
pid_t __wrap_getpid(void);
int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_signalfd(int fd, const sigset_t *set, int flags);
ssize_t __real_read(int fd, void *to, size_t n);
ssize_t __wrap_read(int fd, void *to, size_t n);

/* Every process has a wall clock of its own, and it is wrong. */
int
__wrap_clock_gettime(clockid_t which, struct timespec *ts)
{
	int64_t us = 0;

	if (the_world != NULL) {
		us = the_world->mono_us;
		if (which == CLOCK_REALTIME)
			us +=
			    the_world->base_us +
			    (the_world->self != NULL ? the_world->self->skew_us
						     : 0);
	}
	ts->tv_sec = us / 1000000;
	ts->tv_nsec = us % 1000000 * 1000;
	return 0;
}

int
__wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct instance *i = the_world->self;
	int number = fds[0].fd - CONN_FD;

	must(n == 1 && number >= 0 && number < CONNS_MAX && i != NULL);
	i->conn = the_world->conn[number].conn;
	i->wait = WAIT_ANSWER;
	i->until_us = the_world->mono_us + (int64_t)timeout * 1000;
	if (!pq_readable(i->conn))
		fiber_wait();
	i->wait = WAIT_NOTHING;
	return pq_readable(i->conn);
}

pid_t
__wrap_getpid(void)
{
	return the_world->self != NULL ? the_world->self->pid : 1;
}

int
__wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	(void)how;
	(void)set;
	(void)old;
	return 0;
}

int
__wrap_signalfd(int fd, const sigset_t *set, int flags)
{
	(void)fd;
	(void)set;
	(void)flags;
	return SIGNAL_FD;
}

/* Whoever is told at all is told to stop. */
ssize_t
__wrap_read(int fd, void *to, size_t n)
{
	const struct signalfd_siginfo stop = { .ssi_signo = SIGTERM };

	if (fd != SIGNAL_FD)
		return __real_read(fd, to, n);
	must(n >= sizeof(stop) && the_world->self->told_to_stop);
	memcpy(to, &stop, sizeof(stop));
	return (ssize_t)sizeof(stop);
}

/* libsodium's randomness: the seed's. */
static struct dice random_dice;

static const char *
random_name(void)
{
	return "sim";
}

static uint32_t
random_number(void)
{
	return (uint32_t)(dice_next(&random_dice) >> 32);
}

static void
random_bytes(void *const p, const size_t n)
{
	unsigned char *at = p;

	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)(dice_next(&random_dice) >> 56);
}

void
host_seed(uint64_t seed)
{
	dice_init(&random_dice, seed);
}

void
host_init(void)
{
	static struct randombytes_implementation implementation = {
		.implementation_name = random_name,
		.random = random_number,
		.buf = random_bytes,
	};

	must(randombytes_set_implementation(&implementation) == 0);
	must(sodium_init() >= 0);
}

/* The log of all processes is the story of the run. */
void
log_init(const char *service, enum log_level least)
{
	(void)service;
	(void)least;
}

void
log_policy(enum log_level least, bool json)
{
	(void)least;
	(void)json;
}

bool
log_says(enum log_level level)
{
	return level > LEVEL_DEBUG;
}

void
log_repeats(void)
{
}

void
log_flush(void)
{
}

const char *
log_trace(struct str traceparent, char out[LOG_TRACE])
{
	(void)traceparent;
	out[0] = '\0';
	return out;
}

enum log_level
log_level_of(const char *name)
{
	(void)name;
	return LEVEL_INFO;
}

void
log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	(void)level;
	if (the_world == NULL || !the_world->verbose)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	world_say("%s %s", event, text);
}

const char *
log_quote(const char *text, char out[LOG_QUOTED])
{
	(void)snprintf(out, LOG_QUOTED, "\"%s\"", text);
	return out;
}

void
log_why(enum log_level level, const char *event, const char *why)
{
	log_event(level, event, "why=\"%s\"", why);
}
