/* Whom a sandbox starts: this program again, to furnish it and to answer. */
#include "cli/lock.h"
#include "cli/sandbox.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define STAFF_BEGIN_MS 20000

/* What a child says goes to log/NAME.log; OUT (-1: none) is its stdout. */
static bool
redirect(const struct sandbox *s, const char *name, int out)
{
	char path[PLACE_PATH + 16];
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), fd;

	(void)snprintf(path, sizeof(path), "%s/log/%s.log", s->path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	return null >= 0 && fd >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	       dup2(out >= 0 ? out : fd, STDOUT_FILENO) >= 0 &&
	       dup2(fd, STDERR_FILENO) >= 0;
}

/* This program, with WORDS; never returns. */
NORETURN static void
become(const char *const *words)
{
	char self[PATH_MAX];

	(void)execv(cli_program("huying", self), (char **)(uintptr_t)words);
	_exit(127);
}

static int
run(const struct sandbox *s, const char *const *words)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (!redirect(s, "setup", -1))
			_exit(3);
		become(words);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0)
		return -1;
	cli_say("huying %s failed; see %s/log/setup.log", words[1], s->dir);
	return EXIT_CONNECT;
}

int
sandbox_furnish(const struct sandbox *s)
{
	char publisher[PLACE_PATH], reader[PLACE_PATH];
	const char *const time[] = { "huying", "clock", "set", s->at, NULL };
	const char *const keys[][14] = {
		{ "huying", "key", "new", "reader", "--read", "*", "--live",
		    "--note", "reads all", "--out",
		    place_below(s->path, "reader.key", reader), NULL },
		{ "huying", "key", "new", "publisher", "--publish", "*",
		    "--read", "*", "--source", "/sandbox", "--live", "--out",
		    place_below(s->path, "publisher.key", publisher), NULL },
	};
	const char *const pack[] = { "huying", "pack", "load", s->pack_path,
		NULL };
	int code;

	if ((code = run(s, time)) >= 0 || (code = run(s, keys[0])) >= 0 ||
	    (code = run(s, keys[1])) >= 0)
		return code;
	return run(s, pack);
}

/* It lives on without us, and holds the lock till its end. */
NORETURN static void
be_staff(const struct sandbox *s, int out)
{
	static const char *const words[] = { "huying", "play", "--staff",
		"--quiet", NULL };
	int lock = lock_open(s->path, SANDBOX_STAFF);

	(void)setsid();
	if (lock < 0 || !lock_take(lock) || fcntl(lock, F_SETFD, 0) != 0 ||
	    !redirect(s, "staff", out))
		_exit(3);
	become(words);
}

int
sandbox_call_staff(const struct sandbox *s)
{
	struct pollfd said = { .events = POLLIN };
	int pipes[2];
	bool ready;
	char c;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return EXIT_CONNECT;
	if (fork() == 0)
		be_staff(s, pipes[1]);
	(void)close(pipes[1]);
	/* It says so when it listens; its end is the end of the pipe. */
	said.fd = pipes[0];
	ready =
	    poll(&said, 1, STAFF_BEGIN_MS) == 1 && read(pipes[0], &c, 1) == 1;
	(void)close(pipes[0]);
	if (ready)
		return -1;
	cli_say("the staff did not come; see %s/log/staff.log", s->dir);
	return EXIT_CONNECT;
}
