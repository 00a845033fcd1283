/* The spool under torn writes, bit rot, kill -9 and want of room. */
#include "common/bus/spool.h"

#include "common/msg/wire.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOM ((int64_t)64 << 20)
#define FIRST "events-0000000000000000001"
#define EVENTS 6

static char dir[64];

static void
path_of(char out[200], const char *name)
{
	(void)snprintf(out, 200, "%s/%s", dir, name);
}

static void
empty_dir(void)
{
	char path[400];
	struct dirent *entry;
	DIR *d = opendir(dir);

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(d);
}

static int
setup(void **state)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/spool.XXXXXX", base);
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	empty_dir();
	return rmdir(dir);
}

static struct spool *
open_spool(int64_t room)
{
	struct spool *s = NULL;
	struct err e = { .text = "" };

	if (spool_open(&s, dir, room, &e) != RC_OK)
		fail_msg("%s", e.text);
	return s;
}

/* Event N has bytes of its own, and some have a sealed part. */
static struct str
body_of(int64_t n, char text[512])
{
	int len = snprintf(text, 512, "event %lld ", (long long)n);

	for (int64_t i = 0; i < n * 37 % 200; i++)
		text[len++] = (char)(n * 7 + i);
	return (struct str){ text, (size_t)len };
}

static struct str
part_of(int64_t n, char text[512])
{
	return n % 3 != 0 ? STR("") : body_of(n + 1000, text);
}

static int64_t
append(struct spool *s, int64_t n)
{
	char body[512], part[512];
	struct err e;
	int64_t number = 0;

	assert_int_equal(
	    spool_append(s, body_of(n, body), part_of(n, part), &number, &e),
	    RC_OK);
	return number;
}

/* What is handed out must be the event of its number, to the byte. */
static void
check(const struct spool_record *r)
{
	char body[512], part[512];

	assert_true(str_eq(r->envelope, body_of(r->n, body)));
	assert_true(str_eq(r->part, part_of(r->n, part)));
}

/* Number of the next event, after a look at it; 0: none; <0: damaged. */
static int64_t
next(struct spool *s)
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

static void
test_events_come_out_in_order_and_again_until_they_are_settled(void **state)
{
	struct spool *s = open_spool(ROOM);

	(void)state;
	for (int64_t n = 1; n <= 50; n++)
		assert_int_equal(append(s, n), n);
	for (int64_t n = 1; n <= 50; n++)
		assert_int_equal(next(s), n);
	assert_int_equal(next(s), 0);
	for (int64_t n = 1; n <= 50; n++)
		if (n != 7 && n != 30)
			spool_settle(s, n);
	assert_int_equal(spool_unsettled(s), 2);
	spool_close(&s);
	s = open_spool(ROOM);
	assert_int_equal(spool_unsettled(s), 2);
	assert_int_equal(append(s, 51), 51);
	assert_int_equal(next(s), 7);
	assert_int_equal(next(s), 30);
	assert_int_equal(next(s), 51);
	assert_int_equal(next(s), 0);
	spool_close(&s);
}

static void
test_a_second_process_is_kept_out(void **state)
{
	struct spool *s = open_spool(ROOM), *second = NULL;
	struct err e;
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(spool_open(&second, dir, ROOM, &e), RC_RETRY);
	assert_non_null(strstr(e.text, "another process"));
	child = fork();
	if (child == 0)
		_exit(spool_open(&second, dir, ROOM, &e) == RC_RETRY ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	spool_close(&s);
	s = open_spool(ROOM);
	spool_close(&s);
}

struct file {
	char path[200];
	char *bytes;
	size_t n;
};

static struct file
load(const char *name)
{
	struct file f;
	struct stat st;
	int fd;

	path_of(f.path, name);
	fd = open(f.path, O_RDONLY);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	f.n = (size_t)st.st_size;
	f.bytes = xmalloc(f.n);
	assert_int_equal(read(fd, f.bytes, f.n), st.st_size);
	(void)close(fd);
	return f;
}

static void
store(const struct file *f, size_t n)
{
	int fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, f->bytes, n), (ssize_t)n);
	(void)close(fd);
}

static bool
holds(const struct file *f, const char *text)
{
	struct str all = { f->bytes, f->n };

	return str_search(all, str_of(text)) < all.n;
}

static struct file
some_events(void)
{
	struct spool *s;

	empty_dir();
	s = open_spool(ROOM);
	for (int64_t n = 1; n <= EVENTS; n++)
		(void)append(s, n);
	spool_close(&s);
	return load(FIRST);
}

/* Cut anywhere: some first events are there whole, and it goes on. */
static void
test_a_file_that_is_cut_anywhere_ends_with_a_whole_event(void **state)
{
	struct file f = some_events();
	int64_t most = 0;

	(void)state;
	for (size_t cut = 0; cut <= f.n; cut++) {
		struct spool *s;
		int64_t n = 0, found;

		empty_dir();
		store(&f, cut);
		s = open_spool(ROOM);
		while ((found = next(s)) != 0)
			assert_int_equal(found, ++n);
		assert_true(n >= most);
		most = n;
		assert_int_equal(append(s, n + 1), n + 1);
		spool_close(&s);
		s = open_spool(ROOM);
		for (int64_t i = 1; i <= n + 1; i++)
			assert_int_equal(next(s), i);
		spool_close(&s);
	}
	assert_int_equal(most, EVENTS);
	free(f.bytes);
}

/* A wrong bit anywhere costs one event, which is told; never a wrong one. */
static void
test_a_wrong_bit_anywhere_costs_at_most_its_own_event(void **state)
{
	struct file f = some_events();

	(void)state;
	for (size_t at = 0; at < f.n * 8; at += 3) {
		int64_t lost = 0, expected = 0, found;
		struct spool *s;

		empty_dir();
		f.bytes[at / 8] ^= (char)(1 << at % 8);
		store(&f, f.n);
		f.bytes[at / 8] ^= (char)(1 << at % 8);
		s = open_spool(ROOM);
		while ((found = next(s)) != 0) {
			lost += found < 0;
			assert_int_equal(llabs(found), ++expected);
		}
		/* The last one cannot be told from a torn write. */
		assert_true(expected >= EVENTS - 1);
		assert_true(lost + (EVENTS - expected) <= 1);
		spool_close(&s);
	}
	free(f.bytes);
}

static void
test_a_file_without_its_beginning_is_put_aside_and_told(void **state)
{
	struct file f = some_events();
	char path[200];
	struct spool *s;
	struct stat st;

	(void)state;
	memset(f.bytes, 0, 400);
	empty_dir();
	store(&f, f.n);
	s = open_spool(ROOM);
	assert_int_equal(next(s), 0);
	assert_int_equal(append(s, 1), 1);
	assert_int_equal(next(s), 1);
	spool_close(&s);
	path_of(path, "damaged-0000000000000000001");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, (off_t)f.n);
	free(f.bytes);
	f = load("refused");
	assert_true(holds(&f, "SPOOL_DAMAGED"));
	free(f.bytes);
}

/* An event's bytes can say what they like: they are no record. */
static void
test_an_event_that_holds_a_record_stays_one_event(void **state)
{
	struct file f = some_events();
	struct spool *s;
	struct spool_record r;
	struct err e;
	int64_t n;

	(void)state;
	empty_dir();
	s = open_spool(ROOM);
	/* Two records of another spool. */
	assert_int_equal(
	    spool_append(
		s, (struct str){ f.bytes + 200, f.n - 200 }, STR(""), &n, &e),
	    RC_OK);
	assert_int_equal(spool_append(s, STR("b"), STR(""), &n, &e), RC_OK);
	spool_close(&s);
	free(f.bytes);
	f = load(FIRST);
	f.bytes[2 * (f.n - 41) / 5] ^= 1;
	store(&f, f.n);
	s = open_spool(ROOM);
	assert_int_equal(next(s), -1);
	assert_int_equal(spool_next(s, &r, &e), RC_OK);
	assert_int_equal(r.n, 2);
	assert_true(str_is(r.envelope, "b"));
	assert_int_equal(next(s), 0);
	spool_close(&s);
	free(f.bytes);
}

static size_t
files(void)
{
	struct dirent *entry;
	DIR *d = opendir(dir);
	size_t n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		n += strncmp(entry->d_name, "events-", 7) == 0;
	(void)closedir(d);
	return n;
}

static void
test_it_is_full_at_its_bound_and_has_room_again_after(void **state)
{
	struct spool *s = open_spool(SPOOL_MIN_BYTES);
	char big[60000];
	struct err e;
	enum rc rc;
	int64_t n = 0, full;

	(void)state;
	memset(big, 'x', sizeof(big));
	while ((rc = spool_append(s, (struct str){ big, sizeof(big) }, STR(""),
		    &n, &e)) == RC_OK)
		assert_true(n * (int64_t)sizeof(big) <= SPOOL_MIN_BYTES);
	full = n;
	assert_int_equal(rc, RC_RETRY);
	assert_non_null(strstr(e.text, "full"));
	assert_true(full > 30 && files() > 10);
	spool_close(&s);
	s = open_spool(SPOOL_MIN_BYTES);
	assert_int_equal(spool_unsettled(s), full);
	for (int64_t i = 1; i <= full; i++) {
		struct spool_record r;

		assert_int_equal(spool_next(s, &r, &e), RC_OK);
		assert_int_equal(r.n, i);
		spool_settle(s, i);
	}
	assert_int_equal(files(), 1);
	for (int64_t i = 0; i < 5 * full; i++) {
		struct spool_record r;

		assert_int_equal(
		    spool_append(
			s, (struct str){ big, sizeof(big) }, STR(""), &n, &e),
		    RC_OK);
		assert_int_equal(spool_next(s, &r, &e), RC_OK);
		spool_settle(s, n);
	}
	assert_true(files() <= 2);
	spool_close(&s);
}

/* As on a full disk: half a record fits, and is not left behind. */
static void
test_a_write_that_does_not_fit_leaves_nothing(void **state)
{
	struct rlimit old, less;
	char body[512], path[200];
	struct stat st;
	struct err e;
	struct spool *s = open_spool(ROOM);
	int64_t n;

	(void)state;
	(void)append(s, 1);
	(void)append(s, 2);
	path_of(path, FIRST);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	less = old;
	less.rlim_cur = (rlim_t)st.st_size + 60;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
	assert_int_equal(
	    spool_append(s, body_of(3, body), STR(""), &n, &e), RC_RETRY);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, less.rlim_cur - 60);
	assert_int_equal(append(s, 3), 3);
	for (n = 1; n <= 3; n++)
		assert_int_equal(next(s), n);
	spool_close(&s);
	s = open_spool(ROOM);
	for (n = 1; n <= 3; n++)
		assert_int_equal(next(s), n);
	spool_close(&s);
}

/* The window holds, whatever lies behind it. */
static void
test_no_more_than_a_window_is_handed_out(void **state)
{
	struct spool *s = open_spool(ROOM);

	(void)state;
	for (int64_t n = 1; n <= SPOOL_SPAN + 50; n++)
		(void)append(s, n);
	for (int64_t n = 1; n <= SPOOL_SPAN; n++)
		assert_int_equal(next(s), n);
	assert_int_equal(next(s), 0);
	spool_settle(s, 2);
	assert_int_equal(next(s), 0);
	spool_settle(s, 1);
	assert_int_equal(next(s), SPOOL_SPAN + 1);
	assert_int_equal(next(s), SPOOL_SPAN + 2);
	assert_int_equal(next(s), 0);
	spool_close(&s);
}

/* Anything in any order, against what must be: a set of numbers. */
static void
test_it_is_what_a_set_of_numbers_would_be(void **state)
{
	enum {
		MOST = 4000
	};
	bool settled[MOST + 1] = { false };
	struct spool *s = open_spool(SPOOL_MIN_BYTES);
	int64_t last = 0, given = 0, low = 1;
	unsigned seed = 1;

	(void)state;
	while (last < MOST) {
		int what = rand_r(&seed) % 100;

		if (what < 50) {
			assert_int_equal(append(s, last + 1), last + 1);
			last++;
		} else if (what < 70) {
			int64_t n = next(s);

			while (given < last && settled[given + 1])
				given++;
			if (n != 0)
				assert_int_equal(n, ++given);
			else
				assert_true(given == last ||
					    given + 1 - low >= SPOOL_SPAN);
		} else if (what < 99 && given >= low) {
			int64_t n =
			    low + rand_r(&seed) % (given - low + 1) % 40;

			spool_settle(s, n);
			settled[n] = true;
			while (low <= last && settled[low])
				low++;
		} else if (what == 99) {
			spool_close(&s);
			s = open_spool(SPOOL_MIN_BYTES);
			given = low - 1;
		}
	}
	assert_true(low > MOST / 4);
	spool_close(&s);
	s = open_spool(SPOOL_MIN_BYTES);
	for (int64_t n = 1; n <= MOST; n++)
		if (!settled[n]) {
			assert_int_equal(next(s), n);
			spool_settle(s, n);
		}
	assert_int_equal(next(s), 0);
	assert_int_equal(spool_unsettled(s), 0);
	spool_close(&s);
}

/* The child says each number once it was handed in, until it is killed. */
static void
child_appends(int pipe_fd)
{
	struct spool *s = open_spool(ROOM);
	int64_t n;

	for (;;) {
		n = spool_unsettled(s) + 1;
		if (append(s, n) != n || write(pipe_fd, &n, sizeof(n)) < 0)
			_exit(1);
		if (n % 7 == 0)
			(void)next(s);
	}
}

static void
test_a_killed_process_leaves_every_event_it_handed_in(void **state)
{
	int64_t told = 0, n;

	(void)state;
	for (int round = 0; round < 30; round++) {
		int fds[2], status;
		struct spool *s;
		pid_t child;

		assert_int_equal(pipe(fds), 0);
		child = fork();
		if (child == 0)
			child_appends(fds[1]);
		(void)close(fds[1]);
		for (int i = 0; i < 20 + round * 3 &&
				read(fds[0], &n, sizeof(n)) == sizeof(n);
		     i++)
			told = n;
		(void)kill(child, SIGKILL);
		while (read(fds[0], &n, sizeof(n)) == sizeof(n))
			told = n;
		(void)close(fds[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		s = open_spool(ROOM);
		assert_true(spool_unsettled(s) >= told);
		for (int64_t i = 1; i <= told && i <= SPOOL_SPAN; i++)
			assert_int_equal(next(s), i);
		spool_close(&s);
	}
	assert_true(told > 1000);
}

static void
test_a_refused_event_is_written_down_whole(void **state)
{
	struct spool *s = open_spool(ROOM);
	const struct spool_reason why = { "BAD_ENUM", "channel",
		"channel: must be \"app\"" };
	struct spool_record r;
	struct buf body;
	struct file f;
	struct err e;
	int64_t n;

	(void)state;
	buf_init(&body, 256);
	wire_put_map(&body, 1);
	wire_pair_str(&body, "id", STR("a-1"));
	assert_int_equal(
	    spool_append(s, buf_get(&body), STR("box"), &n, &e), RC_OK);
	assert_int_equal(spool_next(s, &r, &e), RC_OK);
	assert_int_equal(spool_refuse(s, &r, &why, &e), RC_OK);
	spool_settle(s, n);
	spool_close(&s);
	f = load("refused");
	assert_true(holds(&f,
	    "\"code\":\"BAD_ENUM\",\"field\":\"channel\",\"reason\":"
	    "\"channel: must be \\\"app\\\"\",\"event\":{\"id\":\"a-1\"},"
	    "\"sealedbox\":\"Ym94\"}\n"));
	/* A torn line is ended before the next one; taken away, begun anew. */
	store(&f, f.n - 5);
	s = open_spool(ROOM);
	assert_int_equal(spool_unsettled(s), 0);
	r = (struct spool_record){ .n = 9, .damaged = true };
	assert_int_equal(spool_refuse(s, &r, &why, &e), RC_OK);
	free(f.bytes);
	f = load("refused");
	assert_int_equal(f.bytes[f.n - 1], '\n');
	assert_non_null(memchr(f.bytes, '\n', f.n - 1));
	free(f.bytes);
	assert_int_equal(unlink(f.path), 0);
	assert_int_equal(spool_refuse(s, &r, &why, &e), RC_OK);
	spool_close(&s);
	f = load("refused");
	assert_int_equal(f.bytes[0], '{');
	free(f.bytes);
	buf_fini(&body);
}

static void
test_the_key_is_kept_and_a_wrong_one_is_none(void **state)
{
	unsigned char key[SPOOL_KEY_LEN], got[SPOOL_KEY_LEN];
	struct spool *s = open_spool(ROOM);
	struct file f;
	struct err e;

	(void)state;
	memset(key, 0x5a, sizeof(key));
	assert_false(spool_key(s, got));
	assert_int_equal(spool_keep_key(s, key, &e), RC_OK);
	spool_close(&s);
	s = open_spool(ROOM);
	assert_true(spool_key(s, got));
	assert_memory_equal(got, key, sizeof(key));
	spool_close(&s);
	f = load("key");
	for (size_t i = 0; i < f.n; i++) {
		f.bytes[i] = f.bytes[i] == '5' ? '4' : '5';
		store(&f, f.n);
		f.bytes[i] = '5';
		s = open_spool(ROOM);
		if (spool_key(s, got))
			assert_memory_equal(got, key, sizeof(key));
		spool_close(&s);
	}
	free(f.bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    test_events_come_out_in_order_and_again_until_they_are_settled),
		TEST(test_a_second_process_is_kept_out),
		TEST(test_a_file_that_is_cut_anywhere_ends_with_a_whole_event),
		TEST(test_a_wrong_bit_anywhere_costs_at_most_its_own_event),
		TEST(test_a_file_without_its_beginning_is_put_aside_and_told),
		TEST(test_an_event_that_holds_a_record_stays_one_event),
		TEST(test_it_is_full_at_its_bound_and_has_room_again_after),
		TEST(test_a_write_that_does_not_fit_leaves_nothing),
		TEST(test_no_more_than_a_window_is_handed_out),
		TEST(test_it_is_what_a_set_of_numbers_would_be),
		TEST(test_a_killed_process_leaves_every_event_it_handed_in),
		TEST(test_a_refused_event_is_written_down_whole),
		TEST(test_the_key_is_kept_and_a_wrong_one_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
