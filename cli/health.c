/* huying health: asks a process whether it is ready. */
#include "cli/cli.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_S 10 /* whoever looks for its database answers late */
#define ANSWER_MAX 16384

static const char usage[] =
    "usage: huying health [ADDRESS] [--live] [--quiet]\n"
    "\n"
    "Asks /readyz of a process, and shows what it says of itself.\n"
    "\n"
    "  ADDRESS   HOST:PORT or unix:/a/path; unless given, HUYING_HEALTH, and\n"
    "            what listens everywhere is asked on this machine\n"
    "  --live    /livez: whether it runs, not whether it can work\n"
    "  --quiet   nothing but the exit code\n"
    "\n"
    "Exit codes: 0 ready, 1 not ready, 2 wrong usage, 3 no answer.\n";

static int
connect_unix(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(to.sun_path))
		return -1;
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)(void *)&to, sizeof(to)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int
connect_tcp(const char *address)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	const char *colon = strrchr(address, ':');
	struct addrinfo *list = NULL;
	char host[256];
	int fd = -1;

	if (colon == NULL || (size_t)(colon - address) >= sizeof(host))
		return -1;
	(void)snprintf(
	    host, sizeof(host), "%.*s", (int)(colon - address), address);
	if (strcmp(host, "0.0.0.0") == 0)
		(void)snprintf(host, sizeof(host), "127.0.0.1");
	if (getaddrinfo(host, colon + 1, &hints, &list) != 0)
		return -1;
	for (struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC,
		    a->ai_protocol);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

/* The whole answer, with its head; its length, or -1. */
static ssize_t
ask(int fd, const char *path, char answer[ANSWER_MAX])
{
	const struct timeval wait = { .tv_sec = WAIT_S };
	char text[128];
	ssize_t n = 0, got;
	int len = snprintf(text, sizeof(text),
	    "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (send(fd, text, (size_t)len, MSG_NOSIGNAL) != len)
		return -1;
	while (n < ANSWER_MAX - 1 &&
	       (got = read(fd, answer + n, (size_t)(ANSWER_MAX - 1 - n))) > 0)
		n += got;
	answer[n] = '\0';
	return n;
}

static int
look(const char *address, const char *path, bool quiet)
{
	char answer[ANSWER_MAX];
	int fd = strncmp(address, "unix:", 5) == 0 ? connect_unix(address + 5)
						   : connect_tcp(address);
	const char *body;
	bool ready;

	if (fd < 0 || ask(fd, path, answer) <= 0 ||
	    strncmp(answer, "HTTP/1.", 7) != 0) {
		cli_say("%s: no answer", address);
		if (fd >= 0)
			(void)close(fd);
		return EXIT_CONNECT;
	}
	(void)close(fd);
	ready = strncmp(answer + 8, " 200 ", 5) == 0;
	body = strstr(answer, "\r\n\r\n");
	if (!quiet && body != NULL)
		(void)fputs(body + 4, stdout);
	return ready ? EXIT_OK : EXIT_NOTHING;
}

int
cmd_health(int argc, char **argv)
{
	const char *words[1] = { NULL };
	bool live = false, quiet = false;
	const struct option_row rows[] = { { "--live", NULL, &live },
		{ "--quiet", NULL, &quiet } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), words, 1 };
	struct conf c;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_conf(&c)) >= 0)
		return code;
	if (n == 0)
		words[0] = c.health;
	if (words[0][0] == '\0') {
		cli_say("which process? HUYING_HEALTH is not set");
		return EXIT_USAGE;
	}
	return look(words[0], live ? "/livez" : "/readyz?verbose", quiet);
}
