#include "services/bus/wall.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define LOOK_MS 100
#define MIB ((int64_t)1 << 20)
#define MAX_MIB ((int64_t)1 << 20)
#define FAR 4 /* bounds away: where even a bus that is held up must end */
/* Below this the bus is as it should be; above it, malloc is asked what of
 * it is really needed: every so often, and at each such step. */
#define TRIM_BYTES (64 * MIB)
#define TRIM_MS 10000

static void
raise_files(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < l.rlim_max) {
		l.rlim_cur = l.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &l);
	}
}

/* Should the bus be held up just then, malloc fails and libzmq aborts. */
static void
bound_data(rlim_t max)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_DATA, &l) == 0 && l.rlim_cur > max) {
		l.rlim_cur = max;
		(void)setrlimit(RLIMIT_DATA, &l);
	}
}

enum rc
wall_init(struct wall *w, const char *text, struct err *e)
{
	int64_t mib;

	*w = (struct wall){ .fd = -1 };
	if (!str_i64(str_of(text), &mib) || mib < 0 || mib > MAX_MIB)
		return err_set(e, RC_FATAL,
		    "HUYING_BUS_MEMORY: \"%s\" is no number of MiB", text);
	w->max = mib * MIB;
	raise_files();
	if (mib > 0)
		bound_data((rlim_t)w->max * FAR);
	w->fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (w->fd < 0)
		return err_set(
		    e, RC_FATAL, "/proc/self/statm: %s", strerror(errno));
	return RC_OK;
}

void
wall_fini(struct wall *w)
{
	if (w->fd >= 0)
		(void)close(w->fd);
	w->fd = -1;
}

/* Resident bytes; the second number of the file counts pages. */
static int64_t
in_use(const struct wall *w)
{
	char text[128];
	ssize_t n = pread(w->fd, text, sizeof(text) - 1, 0);
	char *second;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	second = strchr(text, ' ');
	return second != NULL
		   ? strtoll(second, NULL, 10) * (int64_t)sysconf(_SC_PAGESIZE)
		   : 0;
}

static bool
wants_trim(const struct wall *w, int64_t used, int64_t now)
{
	return used >= TRIM_BYTES && (used >= w->trimmed + TRIM_BYTES ||
					 now - w->trimmed_ms >= TRIM_MS);
}

bool
wall_stands(struct wall *w)
{
	int64_t now = clock_mono_ms(), used;

	if (w->max == 0 || now - w->looked_ms < LOOK_MS)
		return true;
	w->looked_ms = now;
	used = in_use(w);
	if (!wants_trim(w, used, now))
		return true;
	/* A crowd that has left leaves its memory behind, in malloc. */
	(void)malloc_trim(0);
	w->trimmed = used = in_use(w);
	w->trimmed_ms = now;
	if (used <= w->max)
		return true;
	log_event(LEVEL_ERROR, "memory.exceeded", "mib=%lld max_mib=%lld",
	    (long long)(used / MIB), (long long)(w->max / MIB));
	return false;
}
