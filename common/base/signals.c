#include "common/base/signals.h"

#include "common/base/base.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int
open_for(bool hup)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (hup)
		(void)sigaddset(&set, SIGHUP);
	must(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	must(fd >= 0);
	return fd;
}

int
signals_open(void)
{
	return open_for(false);
}

void
signals_serve(struct signals *s)
{
	*s = (struct signals){ .fd = open_for(true) };
}

bool
signals_turn(struct signals *s)
{
	struct signalfd_siginfo came[4];
	ssize_t n = read(s->fd, came, sizeof(came));

	for (size_t i = 0; n > 0 && i < (size_t)n / sizeof(came[0]); i++)
		if (came[i].ssi_signo == SIGHUP)
			s->reload = true;
		else
			s->stop = true;
	return s->stop;
}

void
signals_close(struct signals *s)
{
	(void)close(s->fd);
	s->fd = -1;
}
