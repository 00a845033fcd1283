#include "common/health/health.h"

#include "common/base/clock.h"
#include "common/health/metric.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)256 * 1024)
#define CONNECTIONS_MAX 16
#define TIMEOUT_S 5
#define CONNECTION_BYTES ((size_t)16 * 1024)

struct health {
	struct MHD_Daemon *daemon;
	const struct health_desc *desc;
	const void *arg;
	int epoll;
	int64_t ticked_ms;
	int64_t started_ms; /* wall clock */
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
};

static enum MHD_Result
answer(struct MHD_Connection *c, unsigned status, const char *type,
    const struct buf *body)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(body->n,
	    body->n > 0 ? body->p : (char *)(uintptr_t) "",
	    MHD_RESPMEM_MUST_COPY);
	enum MHD_Result ok;

	if (r == NULL)
		return MHD_NO;
	ok = MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (ok == MHD_YES && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		ok = MHD_add_response_header(
		    r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (ok == MHD_YES)
		ok = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return ok;
}

/* Status of PATH, its text in OUT. */
static unsigned
tell(const struct health *h, const char *path, bool verbose, struct buf *out)
{
	struct buf why;
	bool ready;

	if (strcmp(path, "/livez") == 0) {
		buf_z(out, "ok\n");
		return MHD_HTTP_OK;
	}
	if (strcmp(path, "/metrics") == 0) {
		metric_process(out, h->desc->service, h->started_ms);
		h->desc->metrics(h->arg, out);
		return MHD_HTTP_OK;
	}
	if (strcmp(path, "/readyz") != 0) {
		buf_z(out, "there are /livez, /readyz and /metrics\n");
		return MHD_HTTP_NOT_FOUND;
	}
	buf_init(&why, ANSWER_MAX);
	ready = h->desc->ready(h->arg, &why);
	if (verbose || !ready)
		buf_str(out, buf_get(&why));
	buf_z(out, ready ? "ok\n" : "not ready\n");
	buf_fini(&why);
	return ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

/* libmicrohttpd says what it takes. */
static enum MHD_Result
/* NOLINTNEXTLINE(readability-function-size) */
handle(void *arg, struct MHD_Connection *c, const char *path,
    const char *method, const char *version, const char *data, size_t *n_data,
    void **state)
{
	const struct health *h = arg;
	bool verbose = MHD_lookup_connection_value_n(c, MHD_GET_ARGUMENT_KIND,
			   "verbose", 7, NULL, NULL) == MHD_YES;
	unsigned status = MHD_HTTP_METHOD_NOT_ALLOWED;
	enum MHD_Result ok;
	struct buf out;

	(void)version;
	(void)data;
	(void)state;
	*n_data = 0;
	buf_init(&out, ANSWER_MAX);
	if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	    strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
		status = tell(h, path, verbose, &out);
	ok = out.failed ? MHD_NO
			: answer(c, status,
			      "text/plain; version=0.0.4; charset=utf-8", &out);
	buf_fini(&out);
	return ok;
}

static enum rc
listen_unix(struct health *h, const char *path, int *fd, struct err *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(a.sun_path))
		return err_set(e, RC_FATAL, "%s: too long", path);
	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	(void)snprintf(h->path, sizeof(h->path), "%s", path);
	(void)unlink(path);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0 || bind(*fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(*fd, CONNECTIONS_MAX) != 0)
		return err_set(e, RC_FATAL, "%s: %s", path, strerror(errno));
	return RC_OK;
}

/* "host:port" taken apart; brackets around an address of IPv6. */
static bool
split(const char *address, char host[64], char port[8])
{
	const char *colon = strrchr(address, ':');
	size_t n;

	if (colon == NULL || strlen(colon + 1) > 5 || colon[1] == '\0')
		return false;
	n = (size_t)(colon - address);
	if (n > 1 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	if (n == 0 || n >= 64)
		return false;
	(void)snprintf(host, 64, "%.*s", (int)n, address);
	(void)snprintf(port, 8, "%s", colon + 1);
	return true;
}

static enum rc
listen_tcp(const char *address, int *fd, struct err *e)
{
	const struct addrinfo want = { .ai_flags = AI_NUMERICHOST |
						   AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *a = NULL;
	char host[64], port[8];
	int one = 1;

	if (!split(address, host, port) ||
	    getaddrinfo(host, port, &want, &a) != 0)
		return err_set(e, RC_FATAL,
		    "%s: must be an address and a port, or unix:PATH", address);
	*fd =
	    socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd >= 0)
		(void)setsockopt(
		    *fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (*fd < 0 || bind(*fd, a->ai_addr, a->ai_addrlen) != 0 ||
	    listen(*fd, CONNECTIONS_MAX) != 0) {
		freeaddrinfo(a);
		return err_set(e, RC_FATAL, "%s: %s", address, strerror(errno));
	}
	freeaddrinfo(a);
	return RC_OK;
}

static enum rc
start(struct health *h, const char *address, struct err *e)
{
	const union MHD_DaemonInfo *info;
	int fd = -1;
	enum rc rc;

	rc = strncmp(address, "unix:", 5) == 0
		 ? listen_unix(h, address + 5, &fd, e)
		 : listen_tcp(address, &fd, e);
	if (rc != RC_OK) {
		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, handle, h,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    CONNECTION_BYTES, MHD_OPTION_END);
	if (h->daemon == NULL) {
		(void)close(fd);
		return err_set(e, RC_FATAL, "%s: no HTTP", address);
	}
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	must(info != NULL);
	h->epoll = info->epoll_fd;
	return RC_OK;
}

enum rc
health_open(struct health **hp, const char *address,
    const struct health_desc *desc, const void *arg, struct err *e)
{
	struct health *h;
	enum rc rc;

	*hp = NULL;
	if (address[0] == '\0')
		return RC_OK;
	h = xcalloc(1, sizeof(*h));
	h->desc = desc;
	h->arg = arg;
	h->started_ms = clock_wall_ms();
	rc = start(h, address, e);
	if (rc != RC_OK)
		free(h);
	else
		*hp = h;
	return rc;
}

void
health_close(struct health **hp)
{
	if (*hp == NULL)
		return;
	MHD_stop_daemon((*hp)->daemon);
	if ((*hp)->path[0] != '\0')
		(void)unlink((*hp)->path);
	free(*hp);
	*hp = NULL;
}

int
health_socket(const struct health *h)
{
	return h != NULL ? h->epoll : -1;
}

void
health_turn(struct health *h)
{
	/* A busy loop need not look more often than each millisecond. */
	if (h == NULL || h->ticked_ms == clock_mono_ms())
		return;
	h->ticked_ms = clock_mono_ms();
	(void)MHD_run(h->daemon);
}
