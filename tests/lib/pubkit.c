#include "tests/lib/pubkit.h"

#include "common/msg/wire.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define STEP_MS 5

struct pubkit pubkit;

int
pubkit_setup(void **state)
{
	(void)state;
	(void)snprintf(pubkit.dir, sizeof(pubkit.dir), "/tmp/publisher.XXXXXX");
	fakebus_open(&pubkit.bus);
	return mkdtemp(pubkit.dir) == NULL;
}

int
pubkit_teardown(void **state)
{
	char path[400];
	struct dirent *entry;
	DIR *d = opendir(pubkit.dir);

	(void)state;
	publisher_close(&pubkit.publisher);
	fakebus_close(&pubkit.bus);
	while (d != NULL && (entry = readdir(d)) != NULL) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", pubkit.dir, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(d);
	return rmdir(pubkit.dir);
}

/* Without waiting for READY: it is the test that says it. */
void
pubkit_open(const char *spool, int silence_ms, int give_up_ms)
{
	const struct publisher_options o = { .endpoint = pubkit.bus.endpoint,
		.name = "test",
		.spool = spool,
		.silence_ms = silence_ms,
		.give_up_ms = give_up_ms };
	struct err e = { .text = "" };

	if (publisher_open_as(&pubkit.publisher, &o, &e) != RC_OK)
		fail_msg("%s", e.text);
}

/* One step of the pubkit.publisher; true when it has an outcome. */
bool
pubkit_step(void)
{
	struct err e;
	enum rc rc = publisher_next(pubkit.publisher, STEP_MS, &pubkit.out, &e);

	assert_true(rc == RC_OK || rc == RC_GONE);
	return rc == RC_OK;
}

void
pubkit_until_outcome(void)
{
	for (int i = 0; i < PUBKIT_STEPS; i++)
		if (pubkit_step())
			return;
	fail_msg("no outcome");
}

/* Until the publisher has sent WORD; it has no outcome meanwhile. */
void
pubkit_until_asked(const char *word)
{
	for (int i = 0; i < PUBKIT_STEPS; i++) {
		assert_false(pubkit_step());
		while (fakebus_take(&pubkit.bus, 0))
			if (str_is(fakebus_word(&pubkit.bus), word))
				return;
	}
	fail_msg("no %s", word);
}

void
pubkit_until_ready(int64_t window)
{
	pubkit_until_asked("HELLO");
	assert_true(str_is(fakebus_frame(&pubkit.bus, 0), "1"));
	fakebus_ready(&pubkit.bus, window);
	/* It begins with another one. */
	for (int i = 0; i < PUBKIT_STEPS; i++) {
		assert_false(pubkit_step());
		if (publisher_window(pubkit.publisher) == (size_t)window)
			return;
	}
	fail_msg("READY is not heard");
}

/* An envelope as far as the publisher looks into it. */
static void
put_body(struct buf *b, int64_t n)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "id-%lld", (long long)n);
	buf_reset(b);
	wire_put_map(b, 2);
	wire_pair_str(b, "id", str_of(id));
	wire_pair_str(b, "type", STR("report.submit"));
}

int64_t
pubkit_put_part(int64_t n, enum part_kind kind, struct str part)
{
	struct err e = { .text = "" };
	struct buf b;
	int64_t number;

	buf_init(&b, 256);
	put_body(&b, n);
	if (publisher_put(pubkit.publisher, buf_get(&b), kind, part, &number,
		&e) != RC_OK)
		fail_msg("%s", e.text);
	buf_fini(&b);
	return number;
}

int64_t
pubkit_put(int64_t n)
{
	return pubkit_put_part(n, PART_NONE, STR(""));
}

/* What was taken is PUB of event N. */
void
pubkit_is_event(int64_t n)
{
	struct buf b;

	assert_true(str_is(fakebus_word(&pubkit.bus), "PUB"));
	buf_init(&b, 256);
	put_body(&b, n);
	assert_true(str_eq(fakebus_frame(&pubkit.bus, 1), buf_get(&b)));
	buf_fini(&b);
}

void
pubkit_ack(int64_t n)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%lld", (long long)n);
	fakebus_ack(&pubkit.bus, str_of(number), n);
}
