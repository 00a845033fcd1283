#include "cli/lock.h"

#include "common/base/clock.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int
lock_open(const char *dir, const char *name)
{
	char path[PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
}

pid_t
lock_holder(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &l) != 0 || l.l_type == F_UNLCK)
		return 0;
	return l.l_pid;
}

bool
lock_take(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_SETLK, &l) == 0;
}

pid_t
lock_end(const char *dir, const char *name, int64_t within_ms)
{
	int fd = lock_open(dir, name);
	int64_t until = clock_mono_ms() + within_ms;
	pid_t pid, told = 0;

	if (fd < 0)
		return 0;
	while ((pid = lock_holder(fd)) > 0 && clock_mono_ms() < until) {
		if (pid != told)
			(void)kill(pid, SIGTERM);
		told = pid;
		(void)usleep(20 * 1000);
	}
	(void)close(fd);
	return pid;
}
