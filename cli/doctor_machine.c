/* huying doctor: clocks, space, and whether a flush reaches the disk. */
#include "cli/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BLOCK 8192
#define FLUSHES 100
#define FLUSH_MS 2000
#define COMMITS 40
#define MEBI (INT64_C(1) << 20)
#define GIBI (INT64_C(1) << 30)

enum finding
doctor_skew(int64_t apart_ms)
{
	if (apart_ms < 0)
		apart_ms = -apart_ms;
	if (apart_ms > MINUTE_MS)
		return FINDING_BAD;
	return apart_ms > SECOND_MS ? FINDING_WARN : FINDING_OK;
}

enum finding
doctor_space(int64_t free_bytes, int64_t all_bytes)
{
	if (free_bytes < 512 * MEBI || free_bytes < all_bytes / 50)
		return FINDING_BAD;
	if (free_bytes < 4 * GIBI || free_bytes < all_bytes / 10)
		return FINDING_WARN;
	return FINDING_OK;
}

/*
 * A rotating disk needs some 8 ms, a flash drive 0.2 to 2 ms, and one whose
 * cache survives a power cut 15 to 60 us.  Below that nothing was asked.
 */
enum finding
doctor_flush(int64_t median_us, bool memory)
{
	if (memory || median_us < 10)
		return FINDING_BAD;
	return median_us < 60 ? FINDING_NOTE : FINDING_OK;
}

/* Half of the way to the database and back is taken off. */
static bool
database_clock(struct doctor *d, int64_t *apart_ms)
{
	int64_t before = clock_wall_ms();
	AUTO(rows_free)
	struct rows *rows =
	    doctor_ask(d, "clock", "SELECT clock_timestamp()", NULL);
	int64_t after = clock_wall_ms();

	if (rows == NULL)
		return false;
	*apart_ms = rows_time(rows, 0, 0) - (before + after) / 2;
	return true;
}

static void
look_skew(struct doctor *d)
{
	static const char advice[] =
	    "let both be set by the same time service (chrony, "
	    "systemd-timesyncd): limits go by the database's clock, people by "
	    "theirs";
	int64_t apart;
	enum finding how;

	if (!database_clock(d, &apart))
		return;
	how = doctor_skew(apart);
	doctor_say(d, how, "clock", how == FINDING_OK ? NULL : advice,
	    "database and this machine are %lld ms apart",
	    (long long)(apart < 0 ? -apart : apart));
}

/* The sandbox's clock, and a journal that is ahead of its clock. */
static void
look_journal_clock(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "journal clock",
	    "SELECT c.sandbox, c.base_at IS NOT NULL AND c.running_at IS NULL, "
	    "coalesce(extract(epoch FROM (SELECT at FROM journal.event ORDER "
	    "BY seq DESC LIMIT 1) - run.now()), 0)::bigint FROM run.clock c",
	    NULL);

	if (rows == NULL)
		return;
	if (rows_bool(rows, 0, 0))
		doctor_say(d, FINDING_NOTE, "clock", NULL,
		    "a sandbox: its time %s, whatever the machine's says",
		    rows_bool(rows, 0, 1) ? "stands still" : "was moved");
	else if (rows_i64(rows, 0, 2) > 1)
		doctor_say(d, FINDING_WARN, "clock",
		    "set the database's clock right; until it has caught up "
		    "everything is recorded at the last event's time",
		    "the journal's last event lies %lld s in the future",
		    (long long)rows_i64(rows, 0, 2));
}

static void
look_ntp(struct doctor *d)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);

	if (state < 0)
		doctor_say(d, FINDING_NOTE, "ntp", NULL,
		    "the kernel does not tell whether its clock is set");
	else if (state == TIME_ERROR || (t.status & STA_UNSYNC) != 0)
		doctor_say(d, FINDING_WARN, "ntp",
		    "apt install chrony (or turn on systemd-timesyncd) on the "
		    "host",
		    "nobody sets this machine's clock");
	else
		doctor_say(d, FINDING_OK, "ntp", NULL,
		    "the clock is being set, right to %ld ms",
		    t.maxerror / 1000);
}

void
doctor_look_clock(struct doctor *d)
{
	if (d->db != NULL) {
		look_skew(d);
		look_journal_clock(d);
	}
	look_ntp(d);
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
median(int64_t *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_size);
	return v[n / 2];
}

/* A file without a name: nothing is left of it, whatever happens. */
static int
open_nameless(const char *dir)
{
	char path[4096];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	if (snprintf(path, sizeof(path), "%s/huying-doctor.XXXXXX", dir) >=
	    (int)sizeof(path))
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

/* Writes a block and flushes it, again and again; -1: cannot. */
static int64_t
time_flushes(const char *dir)
{
	static const char block[BLOCK] = "huying doctor";
	int64_t took[FLUSHES], until = clock_mono_ms() + FLUSH_MS;
	int fd = open_nameless(dir);
	size_t n = 0;

	if (fd < 0)
		return -1;
	while (n < FLUSHES && (n == 0 || clock_mono_ms() < until)) {
		int64_t began = clock_mono_us();

		if (pwrite(fd, block, BLOCK, 0) != BLOCK || fdatasync(fd) != 0)
			break;
		took[n++] = clock_mono_us() - began;
	}
	(void)close(fd);
	return n > 0 ? median(took, n) : -1;
}

/* A record that nobody reads, and the commit that flushes it. */
static int64_t
time_commits(struct doctor *d)
{
	int64_t took[COMMITS], until = clock_mono_ms() + FLUSH_MS;
	size_t n = 0;

	while (n < COMMITS && (n == 0 || clock_mono_ms() < until)) {
		AUTO(rows_free) struct rows *rows = NULL;
		int64_t began = clock_mono_us();
		struct err e;

		if (db_exec(d->db, "commit time", NULL, &rows, &e) != RC_OK)
			break;
		took[n++] = clock_mono_us() - began;
	}
	return n > 0 ? median(took, n) : -1;
}

static void
look_commit(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "commit time",
	    "SELECT pg_logical_emit_message(true, 'huying', 'doctor')::text",
	    NULL);
	int64_t us = rows != NULL ? time_commits(d) : -1;

	if (us >= 0)
		doctor_say(d, us > 50 * 1000 ? FINDING_WARN : FINDING_OK,
		    "commit",
		    us > 50 * 1000
			? "use a faster disk for pg_wal: each batch waits for "
			  "one commit"
			: NULL,
		    "a commit takes %lld.%03lld ms", (long long)(us / 1000),
		    (long long)(us % 1000));
}

static bool
is_memory(const char *dir)
{
	struct statfs s;

	return statfs(dir, &s) == 0 &&
	       (s.f_type == TMPFS_MAGIC || s.f_type == RAMFS_MAGIC);
}

static void
look_flush(struct doctor *d, const char *dir)
{
	static const char *const advice[] = { NULL,
		"well if its cache survives a power cut (a battery, "
		"capacitors, "
		"a server's flash); else turn the cache off: hdparm -W0",
		NULL,
		"move the data to a real disk, and let nothing (eatmydata, "
		"nobarrier, a virtual disk with cache=unsafe) swallow flushes: "
		"after a power cut events that were acknowledged would be "
		"gone" };
	bool memory = is_memory(dir);
	int64_t us = time_flushes(dir);
	enum finding how = doctor_flush(us, memory);

	if (us < 0 && !memory)
		doctor_say(d, FINDING_NOTE, "flush",
		    "run huying doctor as root, or as the owner of the data",
		    "%s: cannot write there: %s", dir, strerror(errno));
	else if (memory)
		doctor_say(d, how, "flush", advice[how],
		    "%s is memory, not a disk", dir);
	else
		doctor_say(d, how, "flush", advice[how],
		    "%s: 8 kB are flushed in %lld us%s", dir, (long long)us,
		    how == FINDING_BAD ? ", faster than any disk" : "");
}

static void
look_space(struct doctor *d, const char *what, const char *dir)
{
	static const char advice[] =
	    "make room (docs/operations.md, \"Disk full\"): huying journal "
	    "retire drops what is old, log/ may go";
	struct statvfs s;
	int64_t left, all;
	enum finding how;

	if (statvfs(dir, &s) != 0) {
		doctor_say(d, FINDING_NOTE, "disk", NULL, "%s: %s", dir,
		    strerror(errno));
		return;
	}
	left = (int64_t)s.f_bavail * (int64_t)s.f_frsize;
	all = (int64_t)s.f_blocks * (int64_t)s.f_frsize;
	how = doctor_space(left, all);
	doctor_say(d, how, "disk", how == FINDING_OK ? NULL : advice,
	    "%s (%s): %lld.%lld of %lld.%lld GB free", dir, what,
	    (long long)(left / 1000000000), (long long)(left / 100000000 % 10),
	    (long long)(all / 1000000000), (long long)(all / 100000000 % 10));
}

static bool
on_another_disk(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev != y.st_dev;
}

static void
look_data(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "disk",
	    "SELECT current_setting('data_directory'), "
	    "pg_size_pretty(pg_database_size(current_database()))",
	    NULL);
	char data[4096], wal[4096 + 8], mark[4096 + 12];

	if (rows == NULL)
		return;
	(void)snprintf(
	    data, sizeof(data), "%.*s", STR_ARG(rows_str(rows, 0, 0)));
	(void)snprintf(mark, sizeof(mark), "%s/PG_VERSION", data);
	(void)snprintf(wal, sizeof(wal), "%s/pg_wal", data);
	if (access(mark, F_OK) != 0) {
		doctor_say(d, FINDING_NOTE, "disk",
		    "run huying doctor where the database runs",
		    "%.*s of data; %s cannot be seen from here",
		    STR_ARG(rows_str(rows, 0, 1)), data);
		return;
	}
	look_space(d, "data", data);
	if (on_another_disk(data, wal))
		look_space(d, "WAL", wal);
	look_flush(d, wal);
}

void
doctor_look_disk(struct doctor *d)
{
	if (d->db != NULL) {
		look_data(d);
		look_commit(d);
	}
	if (access(cli_var(), F_OK) == 0)
		look_space(d, "logs and keys", cli_var());
}
