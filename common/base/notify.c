#include "common/base/notify.h"

#include "common/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_US 300000

/* A path, or a name that begins with '@'. */
static socklen_t
address_of(const char *name, struct sockaddr_un *to)
{
	size_t n = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || n >= sizeof(to->sun_path))
		return 0;
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(to->sun_path, name, n);
	if (name[0] == '@')
		to->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

void
notify_say(const char *words)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const struct timeval wait = { 0, WAIT_US };
	struct sockaddr_un to;
	socklen_t len = name != NULL ? address_of(name, &to) : 0;
	int fd;

	if (len == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Its queue holds ten: a moment is waited, and then they miss it. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	(void)sendto(fd, words, strlen(words), MSG_NOSIGNAL,
	    (struct sockaddr *)(void *)&to, len);
	(void)close(fd);
}

void
notify_init(struct notify *n)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	*n = (struct notify){ 0 };
	if (us == NULL ||
	    (pid != NULL && strtoll(pid, NULL, 10) != (long long)getpid()))
		return;
	/* Twice as often as it has to be. */
	n->every_ms = strtoll(us, NULL, 10) / 1000 / 2;
}

void
notify_alive(struct notify *n)
{
	if (n->every_ms <= 0 || clock_mono_ms() - n->told_ms < n->every_ms)
		return;
	n->told_ms = clock_mono_ms();
	notify_say("WATCHDOG=1");
}

void
notify_reloading(void)
{
	char words[64];

	(void)snprintf(words, sizeof(words), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_mono_us());
	notify_say(words);
}
