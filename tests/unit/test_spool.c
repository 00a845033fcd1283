/* The spool: order, bounds, one process, what is kept beside. */
#include "common/bus/spool.h"

#include "common/msg/wire.h"
#include "tests/lib/spooldir.h"

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

static void
test_events_come_out_in_order_and_again_until_they_are_settled(void **state)
{
	struct spool *s = spooldir_open(SPOOLDIR_ROOM);

	(void)state;
	for (int64_t n = 1; n <= 50; n++)
		assert_int_equal(spooldir_append(s, n), n);
	for (int64_t n = 1; n <= 50; n++)
		assert_int_equal(spooldir_next(s), n);
	assert_int_equal(spooldir_next(s), 0);
	for (int64_t n = 1; n <= 50; n++)
		if (n != 7 && n != 30)
			spool_settle(s, n);
	assert_int_equal(spool_unsettled(s), 2);
	spool_close(&s);
	s = spooldir_open(SPOOLDIR_ROOM);
	assert_int_equal(spool_unsettled(s), 2);
	assert_int_equal(spooldir_append(s, 51), 51);
	assert_int_equal(spooldir_next(s), 7);
	assert_int_equal(spooldir_next(s), 30);
	assert_int_equal(spooldir_next(s), 51);
	assert_int_equal(spooldir_next(s), 0);
	spool_close(&s);
}

static void
test_a_second_process_is_kept_out(void **state)
{
	struct spool *s = spooldir_open(SPOOLDIR_ROOM), *second = NULL;
	struct err e;
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(
	    spool_open(&second, spooldir, SPOOLDIR_ROOM, &e), RC_RETRY);
	assert_non_null(strstr(e.text, "another process"));
	child = fork();
	if (child == 0)
		_exit(
		    spool_open(&second, spooldir, SPOOLDIR_ROOM, &e) == RC_RETRY
			? 0
			: 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	spool_close(&s);
	s = spooldir_open(SPOOLDIR_ROOM);
	spool_close(&s);
}

static size_t
files(void)
{
	struct dirent *entry;
	DIR *d = opendir(spooldir);
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
	struct spool *s = spooldir_open(SPOOL_MIN_BYTES);
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
	s = spooldir_open(SPOOL_MIN_BYTES);
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

/* A file stays as long as one event in it does. */
static void
test_the_last_event_of_a_file_keeps_it(void **state)
{
	struct spool *s = spooldir_open(SPOOL_MIN_BYTES);
	int64_t n = 0, first;
	char big[60000];
	struct err e;

	(void)state;
	memset(big, 'x', sizeof(big));
	while (files() < 3)
		assert_int_equal(
		    spool_append(
			s, (struct str){ big, sizeof(big) }, STR(""), &n, &e),
		    RC_OK);
	/* The third file begins with N; the second, as many before. */
	first = n - (n - 1) / 2;
	for (int64_t i = 1; i <= n; i++) {
		struct spool_record r;

		assert_int_equal(spool_next(s, &r, &e), RC_OK);
	}
	for (int64_t i = 1; i < first - 1; i++)
		spool_settle(s, i);
	for (int64_t i = first; i <= n; i++)
		spool_settle(s, i);
	assert_int_equal(files(), 3);
	spool_close(&s);
	s = spooldir_open(SPOOL_MIN_BYTES);
	assert_int_equal(spool_unsettled(s), 1);
	{
		struct spool_record r;

		assert_int_equal(spool_next(s, &r, &e), RC_OK);
		assert_int_equal(r.n, first - 1);
		assert_false(r.damaged);
		spool_settle(s, r.n);
	}
	assert_int_equal(files(), 1);
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
	struct spool *s = spooldir_open(SPOOLDIR_ROOM);
	int64_t n;

	(void)state;
	(void)spooldir_append(s, 1);
	(void)spooldir_append(s, 2);
	spooldir_path(path, SPOOLDIR_FIRST);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	less = old;
	less.rlim_cur = (rlim_t)st.st_size + 60;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
	assert_int_equal(
	    spool_append(s, spooldir_body(3, body), STR(""), &n, &e), RC_RETRY);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, less.rlim_cur - 60);
	assert_int_equal(spooldir_append(s, 3), 3);
	for (n = 1; n <= 3; n++)
		assert_int_equal(spooldir_next(s), n);
	spool_close(&s);
	s = spooldir_open(SPOOLDIR_ROOM);
	for (n = 1; n <= 3; n++)
		assert_int_equal(spooldir_next(s), n);
	spool_close(&s);
}

/* The window holds, whatever lies behind it. */
static void
test_no_more_than_a_window_is_handed_out(void **state)
{
	struct spool *s = spooldir_open(SPOOLDIR_ROOM);

	(void)state;
	for (int64_t n = 1; n <= SPOOL_SPAN + 50; n++)
		(void)spooldir_append(s, n);
	for (int64_t n = 1; n <= SPOOL_SPAN; n++)
		assert_int_equal(spooldir_next(s), n);
	assert_int_equal(spooldir_next(s), 0);
	spool_settle(s, 2);
	assert_int_equal(spooldir_next(s), 0);
	spool_settle(s, 1);
	assert_int_equal(spooldir_next(s), SPOOL_SPAN + 1);
	assert_int_equal(spooldir_next(s), SPOOL_SPAN + 2);
	assert_int_equal(spooldir_next(s), 0);
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
	struct spool *s = spooldir_open(SPOOL_MIN_BYTES);
	int64_t last = 0, given = 0, low = 1;
	unsigned seed = 1;

	(void)state;
	while (last < MOST) {
		int what = rand_r(&seed) % 100;

		if (what < 50) {
			assert_int_equal(
			    spooldir_append(s, last + 1), last + 1);
			last++;
		} else if (what < 70) {
			int64_t n = spooldir_next(s);

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
			s = spooldir_open(SPOOL_MIN_BYTES);
			given = low - 1;
		}
	}
	assert_true(low > MOST / 4);
	spool_close(&s);
	s = spooldir_open(SPOOL_MIN_BYTES);
	for (int64_t n = 1; n <= MOST; n++)
		if (!settled[n]) {
			assert_int_equal(spooldir_next(s), n);
			spool_settle(s, n);
		}
	assert_int_equal(spooldir_next(s), 0);
	assert_int_equal(spool_unsettled(s), 0);
	spool_close(&s);
}

static void
test_a_refused_event_is_written_down_whole(void **state)
{
	struct spool *s = spooldir_open(SPOOLDIR_ROOM);
	const struct spool_reason why = { "BAD_ENUM", "channel",
		"channel: must be \"app\"" };
	struct spool_record r;
	struct buf body;
	struct spooldir_file f;
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
	f = spooldir_load("refused");
	assert_true(spooldir_holds(&f,
	    "\"code\":\"BAD_ENUM\",\"field\":\"channel\",\"reason\":"
	    "\"channel: must be \\\"app\\\"\",\"event\":{\"id\":\"a-1\"},"
	    "\"sealedbox\":\"Ym94\"}\n"));
	/* A torn line is ended before the next one; taken away, begun anew. */
	spooldir_store(&f, f.n - 5);
	s = spooldir_open(SPOOLDIR_ROOM);
	assert_int_equal(spool_unsettled(s), 0);
	r = (struct spool_record){ .n = 9, .damaged = true };
	assert_int_equal(spool_refuse(s, &r, &why, &e), RC_OK);
	free(f.bytes);
	f = spooldir_load("refused");
	assert_int_equal(f.bytes[f.n - 1], '\n');
	assert_non_null(memchr(f.bytes, '\n', f.n - 1));
	free(f.bytes);
	assert_int_equal(unlink(f.path), 0);
	assert_int_equal(spool_refuse(s, &r, &why, &e), RC_OK);
	spool_close(&s);
	f = spooldir_load("refused");
	assert_int_equal(f.bytes[0], '{');
	free(f.bytes);
	buf_fini(&body);
}

static void
test_the_key_is_kept_and_a_wrong_one_is_none(void **state)
{
	unsigned char key[SPOOL_KEY_LEN], got[SPOOL_KEY_LEN];
	struct spool *s = spooldir_open(SPOOLDIR_ROOM);
	struct spooldir_file f;
	struct err e;

	(void)state;
	memset(key, 0x5a, sizeof(key));
	assert_false(spool_key(s, got));
	assert_int_equal(spool_keep_key(s, key, &e), RC_OK);
	spool_close(&s);
	s = spooldir_open(SPOOLDIR_ROOM);
	assert_true(spool_key(s, got));
	assert_memory_equal(got, key, sizeof(key));
	spool_close(&s);
	f = spooldir_load("key");
	for (size_t i = 0; i < f.n; i++) {
		f.bytes[i] = f.bytes[i] == '5' ? '4' : '5';
		spooldir_store(&f, f.n);
		f.bytes[i] = '5';
		s = spooldir_open(SPOOLDIR_ROOM);
		if (spool_key(s, got))
			assert_memory_equal(got, key, sizeof(key));
		spool_close(&s);
	}
	free(f.bytes);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, spooldir_setup, spooldir_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    test_events_come_out_in_order_and_again_until_they_are_settled),
		TEST(test_a_second_process_is_kept_out),
		TEST(test_it_is_full_at_its_bound_and_has_room_again_after),
		TEST(test_the_last_event_of_a_file_keeps_it),
		TEST(test_a_write_that_does_not_fit_leaves_nothing),
		TEST(test_no_more_than_a_window_is_handed_out),
		TEST(test_it_is_what_a_set_of_numbers_would_be),
		TEST(test_a_refused_event_is_written_down_whole),
		TEST(test_the_key_is_kept_and_a_wrong_one_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
