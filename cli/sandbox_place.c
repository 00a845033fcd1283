/* Where a sandbox is: its folder, its ports, nobody else's settings. */
#include "cli/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PORT_TRIES 200
#define MARK "sandbox" /* a file that says: this folder is one of ours */
#define FOLDERS_OPEN 16

void
sandbox_forget_settings(void)
{
	extern char **environ;
	char name[64];

	for (size_t i = 0; environ[i] != NULL;) {
		size_t n = strcspn(environ[i], "=");

		if (strncmp(environ[i], "HUYING_", 7) != 0 ||
		    n >= sizeof(name) ||
		    strncmp(environ[i], "HUYING_LOG_LEVEL=", n + 1) == 0) {
			i++;
			continue;
		}
		memcpy(name, environ[i], n);
		name[n] = '\0';
		(void)unsetenv(name);
		i = 0;
	}
}

bool
sandbox_has(const struct sandbox *s, const char *name)
{
	char path[PLACE_PATH];

	return access(place_below(s->path, name, path), F_OK) == 0;
}

int
sandbox_take_dir(struct sandbox *s)
{
	bool made = mkdir(s->dir, 0755) == 0;
	char path[PLACE_PATH];
	int fd;

	if ((!made && errno != EEXIST) || realpath(s->dir, s->path) == NULL) {
		cli_say("%s: %s", s->dir, strerror(errno));
		return EXIT_CONNECT;
	}
	if (!made && !sandbox_has(s, MARK)) {
		cli_say("%s is there already, and no sandbox", s->dir);
		return EXIT_NOTHING;
	}
	fd = open(place_below(s->path, MARK, path), O_WRONLY | O_CREAT, 0644);
	if (fd < 0) {
		cli_say("%s: %s", path, strerror(errno));
		return EXIT_CONNECT;
	}
	(void)close(fd);
	/* It goes into files that a shell reads. */
	if (strchr(s->path, '\'') != NULL) {
		cli_say("%s: there may be no quote in it", s->path);
		return EXIT_USAGE;
	}
	(void)setenv("HUYING_VAR", s->path, 1);
	return place_find(&s->place);
}

static bool
is_free(int64_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is =
	    fd >= 0 && bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0;

	if (fd >= 0)
		(void)close(fd);
	return is;
}

static bool
are_free(int64_t first)
{
	for (int64_t i = 0; i < SANDBOX_PORTS; i++)
		if (!is_free(first + i))
			return false;
	return true;
}

int
sandbox_take_ports(struct sandbox *s)
{
	static const char *const doors[SANDBOX_PORTS] = { "HUYING_PUBLISH_TCP",
		"HUYING_LIVE_TCP", "HUYING_LOG_TCP", "HUYING_RING_TCP" };
	int tries = s->port_text != NULL ? 1 : PORT_TRIES;
	char text[64];

	for (; tries > 0 && !are_free(s->port); tries--)
		s->port += SANDBOX_PORTS;
	if (tries == 0) {
		cli_say(
		    "no four free ports in a row there; --port names others");
		return EXIT_NOTHING;
	}
	for (int i = 0; i < SANDBOX_PORTS; i++) {
		(void)snprintf(text, sizeof(text), "tcp://127.0.0.1:%lld",
		    (long long)s->port + i);
		(void)setenv(doors[i], text, 1);
	}
	return -1;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

bool
sandbox_remove(const char *path)
{
	return access(path, F_OK) != 0 ||
	       nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS) == 0;
}
