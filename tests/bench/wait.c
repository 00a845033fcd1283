#include "tests/bench/wait.h"

#include "common/base/base.h"

#include <poll.h>
#include <sys/prctl.h>
#include <zmq.h>

#define WAIT_MAX 32

void
wait_exactly(void)
{
	(void)prctl(PR_SET_TIMERSLACK, 1000UL);
}

void
wait_fds(const int *fds, size_t n, int64_t until_us)
{
	struct pollfd p[WAIT_MAX];
	int64_t left = until_us - clock_mono_us();
	struct timespec t = { left / 1000000, left % 1000000 * 1000 };

	must(n <= WAIT_MAX);
	if (left <= 0)
		return;
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	(void)ppoll(p, n, &t, NULL);
}

/* Its descriptor only says that something changed: look first, then wait. */
void
wait_sockets(void *const *raw, size_t n, int64_t until_us)
{
	int fds[WAIT_MAX], events;
	size_t len;

	must(n <= WAIT_MAX);
	for (size_t i = 0; i < n; i++) {
		len = sizeof(events);
		if (zmq_getsockopt(raw[i], ZMQ_EVENTS, &events, &len) != 0 ||
		    (events & ZMQ_POLLIN) != 0)
			return;
		len = sizeof(fds[i]);
		if (zmq_getsockopt(raw[i], ZMQ_FD, &fds[i], &len) != 0)
			return;
	}
	wait_fds(fds, n, until_us);
}
