/* The spool under torn writes, bit rot, kill -9 and loss of power. */
#include "common/bus/spool.h"

#include "tests/lib/spooldir.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define EVENTS 6

static struct spooldir_file
some_events(void)
{
	struct spool *s;

	spooldir_empty();
	s = spooldir_open(SPOOLDIR_ROOM);
	for (int64_t n = 1; n <= EVENTS; n++)
		(void)spooldir_append(s, n);
	spool_close(&s);
	return spooldir_load(SPOOLDIR_FIRST);
}

/* Cut anywhere: some first events are there whole, and it goes on. */
static void
test_a_file_that_is_cut_anywhere_ends_with_a_whole_event(void **state)
{
	struct spooldir_file f = some_events();
	int64_t most = 0;

	(void)state;
	for (size_t cut = 0; cut <= f.n; cut++) {
		struct spool *s;
		int64_t n = 0, found;

		spooldir_empty();
		spooldir_store(&f, cut);
		s = spooldir_open(SPOOLDIR_ROOM);
		while ((found = spooldir_next(s)) != 0)
			assert_int_equal(found, ++n);
		assert_true(n >= most);
		most = n;
		assert_int_equal(spooldir_append(s, n + 1), n + 1);
		spool_close(&s);
		s = spooldir_open(SPOOLDIR_ROOM);
		for (int64_t i = 1; i <= n + 1; i++)
			assert_int_equal(spooldir_next(s), i);
		spool_close(&s);
	}
	assert_int_equal(most, EVENTS);
	free(f.bytes);
}

/* A wrong bit anywhere costs one event, which is told; never a wrong one. */
static void
test_a_wrong_bit_anywhere_costs_at_most_its_own_event(void **state)
{
	struct spooldir_file f = some_events();

	(void)state;
	for (size_t at = 0; at < f.n * 8; at += 3) {
		int64_t lost = 0, expected = 0, found;
		struct spool *s;

		spooldir_empty();
		f.bytes[at / 8] ^= (char)(1 << at % 8);
		spooldir_store(&f, f.n);
		f.bytes[at / 8] ^= (char)(1 << at % 8);
		s = spooldir_open(SPOOLDIR_ROOM);
		while ((found = spooldir_next(s)) != 0) {
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
	struct spooldir_file f = some_events();
	char path[200];
	struct spool *s;
	struct stat st;

	(void)state;
	memset(f.bytes, 0, 400);
	spooldir_empty();
	spooldir_store(&f, f.n);
	s = spooldir_open(SPOOLDIR_ROOM);
	assert_int_equal(spooldir_next(s), 0);
	assert_int_equal(spooldir_append(s, 1), 1);
	assert_int_equal(spooldir_next(s), 1);
	spool_close(&s);
	spooldir_path(path, "damaged-0000000000000000001");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, (off_t)f.n);
	free(f.bytes);
	f = spooldir_load("refused");
	assert_true(spooldir_holds(&f, "SPOOL_DAMAGED"));
	free(f.bytes);
}

/* An event's bytes can say what they like: they are no record. */
static void
test_an_event_that_holds_a_record_stays_one_event(void **state)
{
	struct spooldir_file f = some_events();
	struct spool *s;
	struct spool_record r;
	struct err e;
	int64_t n;

	(void)state;
	spooldir_empty();
	s = spooldir_open(SPOOLDIR_ROOM);
	/* Two records of another spool. */
	assert_int_equal(
	    spool_append(
		s, (struct str){ f.bytes + 200, f.n - 200 }, STR(""), &n, &e),
	    RC_OK);
	assert_int_equal(spool_append(s, STR("b"), STR(""), &n, &e), RC_OK);
	spool_close(&s);
	free(f.bytes);
	f = spooldir_load(SPOOLDIR_FIRST);
	f.bytes[2 * (f.n - 41) / 5] ^= 1;
	spooldir_store(&f, f.n);
	s = spooldir_open(SPOOLDIR_ROOM);
	assert_int_equal(spooldir_next(s), -1);
	assert_int_equal(spool_next(s, &r, &e), RC_OK);
	assert_int_equal(r.n, 2);
	assert_true(str_is(r.envelope, "b"));
	assert_int_equal(spooldir_next(s), 0);
	spool_close(&s);
	free(f.bytes);
}

/* What of each file is on disk: fdatasync() is ours here. */
#define FILES_MAX 64
static struct {
	ino_t ino;
	off_t size;
} synced[FILES_MAX];

int
fdatasync(int fd)
{
	struct stat st;
	static size_t last;
	size_t i = 0;

	assert_int_equal(fstat(fd, &st), 0);
	while (i < FILES_MAX && synced[i].ino != st.st_ino)
		i++;
	if (i == FILES_MAX)
		i = last = (last + 1) % FILES_MAX;
	synced[i].ino = st.st_ino;
	synced[i].size = st.st_size;
	return 0;
}

/* DIR as it would be after a loss of power now, in its place. */
static void
lose_power(struct spool **s)
{
	struct spooldir_file kept[FILES_MAX];
	struct dirent *entry;
	DIR *d = opendir(spooldir);
	size_t n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		struct stat st;

		if (strncmp(entry->d_name, "events-", 7) != 0)
			continue;
		kept[n] = spooldir_load(entry->d_name);
		assert_int_equal(stat(kept[n].path, &st), 0);
		kept[n].n = 0;
		for (size_t i = 0; i < FILES_MAX; i++)
			if (synced[i].ino == st.st_ino)
				kept[n].n = (size_t)synced[i].size;
		n++;
	}
	(void)closedir(d);
	spool_close(s);
	spooldir_empty();
	memset(synced, 0, sizeof(synced));
	while (n-- > 0) {
		spooldir_store(&kept[n], kept[n].n);
		free(kept[n].bytes);
	}
	*s = spooldir_open(SPOOL_MIN_BYTES);
}

/* Nothing goes out, and nothing is promised, that power could take away. */
/* All that is left, in order: settled ones may come back, no other is gone. */
static int64_t
take_all(struct spool *s, int64_t settled, int64_t safe)
{
	int64_t n = spooldir_next(s), last = n - 1;

	assert_true(n <= settled + 1);
	for (; n != 0; n = spooldir_next(s)) {
		assert_int_equal(n, ++last);
		spool_settle(s, n);
	}
	if (last < settled)
		last = settled;
	assert_true(last >= safe);
	return last;
}

/* Nothing goes out, and nothing is promised, that power could take away. */
static void
test_a_loss_of_power_takes_only_what_was_not_synced(void **state)
{
	struct spool *s = spooldir_open(SPOOL_MIN_BYTES);
	int64_t last = 0, safe = 0, settled = 0, lost = 0, n;
	unsigned seed = 3;
	struct err e;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int what = rand_r(&seed) % 200;

		if (what < 120) {
			(void)spooldir_append(s, ++last);
		} else if (what < 125) {
			assert_int_equal(spool_sync(s, &e), RC_OK);
			safe = last;
		} else if (what < 199 && (n = spooldir_next(s)) != 0) {
			/* It is at the bus, and must not be forgotten here. */
			safe = n > safe ? n : safe;
			if (n == settled + 1 && rand_r(&seed) % 50 > 0)
				spool_settle(s, settled = n);
		} else if (what == 199) {
			lose_power(&s);
			n = take_all(s, settled, safe);
			lost += last - n;
			last = safe = settled = n;
		}
	}
	assert_true(settled > 1000 && lost > 100);
	spool_close(&s);
}

/* The child says each number once it was handed in, until it is killed. */
static void
child_appends(int pipe_fd)
{
	struct spool *s = spooldir_open(SPOOLDIR_ROOM);
	int64_t n;

	for (;;) {
		n = spool_unsettled(s) + 1;
		if (spooldir_append(s, n) != n ||
		    write(pipe_fd, &n, sizeof(n)) < 0)
			_exit(1);
		if (n % 7 == 0)
			(void)spooldir_next(s);
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
		s = spooldir_open(SPOOLDIR_ROOM);
		assert_true(spool_unsettled(s) >= told);
		for (int64_t i = 1; i <= told && i <= SPOOL_SPAN; i++)
			assert_int_equal(spooldir_next(s), i);
		spool_close(&s);
	}
	assert_true(told > 1000);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, spooldir_setup, spooldir_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_file_that_is_cut_anywhere_ends_with_a_whole_event),
		TEST(test_a_wrong_bit_anywhere_costs_at_most_its_own_event),
		TEST(test_a_file_without_its_beginning_is_put_aside_and_told),
		TEST(test_an_event_that_holds_a_record_stays_one_event),
		TEST(test_a_loss_of_power_takes_only_what_was_not_synced),
		TEST(test_a_killed_process_leaves_every_event_it_handed_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
