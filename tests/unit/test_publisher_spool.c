/* The publisher with a spool, and without a bus. */
#include "tests/lib/pubkit.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define STEP_MS 5

/* Whether TEXT is in any file of the spool. */
static bool
on_disk(const char *text)
{
	static char bytes[1 << 20];
	char path[400];
	struct dirent *entry;
	DIR *d = opendir(pubkit.dir);
	bool found = false;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		int fd;
		ssize_t n;

		(void)snprintf(
		    path, sizeof(path), "%s/%s", pubkit.dir, entry->d_name);
		fd = open(path, O_RDONLY);
		n = read(fd, bytes, sizeof(bytes));
		(void)close(fd);
		found = found || (n > 0 && memmem(bytes, (size_t)n, text,
					       strlen(text)) != NULL);
	}
	(void)closedir(d);
	return found;
}

static void
test_a_spool_goes_on_after_a_restart_without_a_bus(void **state)
{
	struct str open_part = STR("nobody reads this");

	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(400);
	publisher_close(&pubkit.publisher);
	fakebus_die(&pubkit.bus);
	/* No bus: the key is still known. */
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	assert_int_equal(pubkit_put_part(1, PART_OPEN, open_part), 1);
	assert_int_equal(pubkit_put(2), 2);
	publisher_close(&pubkit.publisher);
	assert_true(on_disk("id-1"));
	assert_false(on_disk("nobody reads this"));
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	assert_int_equal(publisher_unanswered(pubkit.publisher), 2);
	assert_int_equal(pubkit_put(3), 3);
	fakebus_restart(&pubkit.bus);
	pubkit_until_ready(400);
	for (int64_t i = 1; i <= 3; i++) {
		pubkit_until_asked("PUB");
		pubkit_is_event(i);
		assert_int_equal(
		    fakebus_frame(&pubkit.bus, 2).n, i == 1 ? 6 : 0);
		assert_int_equal(fakebus_frame(&pubkit.bus, 3).n,
		    i == 1 ? open_part.n + 48 : 0);
	}
	fakebus_ack(&pubkit.bus, STR("1"), 1);
	fakebus_ack(&pubkit.bus, STR("3"), 3);
	pubkit_until_outcome();
	pubkit_until_outcome();
	publisher_close(&pubkit.publisher);
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(400);
	pubkit_until_asked("PUB");
	pubkit_is_event(2);
	assert_int_equal(publisher_unanswered(pubkit.publisher), 1);
	fakebus_refuse(&pubkit.bus, "NAK", fakebus_frame(&pubkit.bus, 0),
	    "BAD_ENUM", "never", 0);
	pubkit_until_outcome();
	assert_int_equal(pubkit.out.n, 2);
	assert_int_equal(publisher_unanswered(pubkit.publisher), 0);
	assert_true(on_disk("BAD_ENUM"));
}

static void
test_an_open_part_waits_for_a_key_before_it_goes_to_disk(void **state)
{
	struct err e;
	int64_t n;

	(void)state;
	fakebus_die(&pubkit.bus);
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	assert_int_equal(publisher_put(pubkit.publisher, STR("x"), PART_OPEN,
			     STR("nobody reads this"), &n, &e),
	    RC_REJECT);
	assert_false(on_disk("nobody reads this"));
	assert_int_equal(publisher_unanswered(pubkit.publisher), 0);
	fakebus_restart(&pubkit.bus);
	pubkit_until_ready(400);
	assert_int_equal(publisher_put(pubkit.publisher, STR("x"), PART_OPEN,
			     STR("nobody reads this"), &n, &e),
	    RC_OK);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, pubkit_setup, pubkit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_spool_goes_on_after_a_restart_without_a_bus),
		TEST(test_an_open_part_waits_for_a_key_before_it_goes_to_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
