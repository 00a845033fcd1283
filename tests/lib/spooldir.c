#include "tests/lib/spooldir.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

char spooldir[64];

void
spooldir_path(char out[200], const char *name)
{
	(void)snprintf(out, 200, "%s/%s", spooldir, name);
}

void
spooldir_empty(void)
{
	char path[400];
	struct dirent *entry;
	DIR *d = opendir(spooldir);

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", spooldir, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(d);
}

int
spooldir_setup(void **state)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	(void)state;
	(void)snprintf(spooldir, sizeof(spooldir), "%s/spool.XXXXXX", base);
	return mkdtemp(spooldir) == NULL;
}

int
spooldir_teardown(void **state)
{
	(void)state;
	spooldir_empty();
	return rmdir(spooldir);
}

struct spool *
spooldir_open(int64_t room)
{
	struct spool *s = NULL;
	struct err e = { .text = "" };

	if (spool_open(&s, spooldir, room, &e) != RC_OK)
		fail_msg("%s", e.text);
	return s;
}

/* Event N has bytes of its own, and some have a sealed part. */
struct str
spooldir_body(int64_t n, char text[512])
{
	int len = snprintf(text, 512, "event %lld ", (long long)n);

	for (int64_t i = 0; i < n * 37 % 200; i++)
		text[len++] = (char)(n * 7 + i);
	return (struct str){ text, (size_t)len };
}

static struct str
part_of(int64_t n, char text[512])
{
	return n % 3 != 0 ? STR("") : spooldir_body(n + 1000, text);
}

int64_t
spooldir_append(struct spool *s, int64_t n)
{
	char body[512], part[512];
	struct err e;
	int64_t number = 0;

	assert_int_equal(spool_append(s, spooldir_body(n, body),
			     part_of(n, part), &number, &e),
	    RC_OK);
	return number;
}

/* What is handed out must be the event of its number, to the byte. */
static void
check(const struct spool_record *r)
{
	char body[512], part[512];

	assert_true(str_eq(r->envelope, spooldir_body(r->n, body)));
	assert_true(str_eq(r->part, part_of(r->n, part)));
}

/* Number of the next event, after a look at it; 0: none; <0: damaged. */
int64_t
spooldir_next(struct spool *s)
{
	struct spool_record r;
	struct err e;
	enum rc rc = spool_next(s, &r, &e);

	if (rc == RC_GONE || rc == RC_RETRY)
		return 0;
	assert_int_equal(rc, RC_OK);
	if (r.damaged)
		return -r.n;
	check(&r);
	return r.n;
}

struct spooldir_file
spooldir_load(const char *name)
{
	struct spooldir_file f;
	struct stat st;
	int fd;

	spooldir_path(f.path, name);
	fd = open(f.path, O_RDONLY);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	f.n = (size_t)st.st_size;
	f.bytes = xmalloc(f.n);
	assert_int_equal(read(fd, f.bytes, f.n), st.st_size);
	(void)close(fd);
	return f;
}

void
spooldir_store(const struct spooldir_file *f, size_t n)
{
	int fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, f->bytes, n), (ssize_t)n);
	(void)close(fd);
}

bool
spooldir_holds(const struct spooldir_file *f, const char *text)
{
	struct str all = { f->bytes, f->n };

	return str_search(all, str_of(text)) < all.n;
}
