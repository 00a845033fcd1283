/* From what is stored to what happens, out of one log (cli/tail_source.h). */
#include "cli/tail_source.h"
#include "common/msg/wire.h"
#include "tests/lib/fakebus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define STEPS 300

static struct fakebus bus;
static struct tail_source *source;
static const struct filter everything;
static struct filter some = { .topic.yes = { "call/330122109" },
	.casefile.yes = { "330122-26-0000417" },
	.division.yes = { "330122" } };

static int
setup(void **state)
{
	(void)state;
	fakebus_open(&bus);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	source_close(&source);
	fakebus_close(&bus);
	return 0;
}

struct pair {
	const char *key;
	int64_t value;
};

static void
say(const char *word, const struct pair *pairs, size_t n)
{
	struct str frames[3] = { fakebus_frame(&bus, 0), { NULL, 0 },
		STR("body") };
	struct buf b;

	buf_init(&b, 256);
	wire_put_map(&b, n);
	for (size_t i = 0; i < n; i++)
		wire_pair_i64(&b, pairs[i].key, pairs[i].value);
	frames[1] = buf_get(&b);
	fakebus_say(&bus, word, frames, strcmp(word, "EVENT") == 0 ? 3 : 2);
	buf_fini(&b);
}

#define SAY(word, ...)                                                         \
	say(word, (const struct pair[]){ __VA_ARGS__ },                        \
	    sizeof((const struct pair[]){ __VA_ARGS__ }) /                     \
		sizeof(struct pair))

static void
event(int64_t seq, int64_t prev, int64_t epoch)
{
	SAY("EVENT", { "seq", seq }, { "prev", prev }, { "epoch", epoch },
	    { "at", 1000 * seq });
}

static void
error(const char *code, const char *key, int64_t value, int64_t epoch)
{
	struct str frames[2] = { fakebus_frame(&bus, 0), { NULL, 0 } };
	struct buf b;

	buf_init(&b, 256);
	wire_put_map(&b, 4);
	wire_pair_str(&b, "code", str_of(code));
	wire_pair_str(&b, "reason", STR("so it is"));
	wire_pair_i64(&b, key, value);
	wire_pair_i64(&b, "epoch", epoch);
	frames[1] = buf_get(&b);
	fakebus_say(&bus, "ERR", frames, 2);
	buf_fini(&b);
}

/* What comes next, but for nothing: "live", "5", "lost", "end", "refused". */
static const char *
next(void)
{
	static const char *const words[] = { [CAME_NOTHING] = "",
		[CAME_END] = "end",
		[CAME_LIVE] = "live",
		[CAME_LOST] = "lost",
		[CAME_SILENCE] = "silence",
		[CAME_REFUSAL] = "refused" };
	static char text[24];
	struct tail_event ev;
	struct err e;
	enum came came = CAME_NOTHING;

	for (int i = 0; i < 20 && came == CAME_NOTHING; i++)
		came = source_next(source, 5, &ev, &e);
	if (came != CAME_EVENT)
		return words[came];
	(void)snprintf(text, sizeof(text), "%lld", (long long)ev.seq);
	return text;
}

static void
until_asked(void)
{
	struct tail_event ev;
	struct err e;

	for (int i = 0; i < STEPS; i++) {
		assert_int_equal(source_next(source, 5, &ev, &e), CAME_NOTHING);
		while (fakebus_take(&bus, 0))
			if (str_is(fakebus_word(&bus), "OPEN"))
				return;
	}
	fail_msg("no OPEN");
}

static void
open_source(struct source_options o)
{
	struct err e;

	o.log = bus.endpoint;
	if (o.filter == NULL)
		o.filter = &everything;
	if (source_open(&source, &o, &e) != RC_OK)
		fail_msg("%s", e.text);
	until_asked();
}

static int64_t
place(void)
{
	return source_place(source).seq;
}

static void
test_it_is_live_when_all_that_was_stored_is_told(void **state)
{
	(void)state;
	open_source((struct source_options){ .from_seq = 3, .follow = true });
	assert_int_equal(source_place(source).epoch, 0);
	SAY("BEGIN", { "epoch", 1 }, { "head", 5 }, { "next", 3 });
	event(3, 2, 1);
	event(5, 3, 1);
	event(6, 5, 1);
	assert_string_equal(next(), "3");
	assert_int_equal(place(), 3);
	assert_string_equal(next(), "5");
	assert_string_equal(next(), "live");
	/* What waits behind that word has not been told yet. */
	assert_int_equal(place(), 5);
	assert_string_equal(next(), "6");
	assert_int_equal(place(), 6);
	assert_int_equal(source_place(source).epoch, 1);
	assert_string_equal(next(), "");
}

/* With a filter nothing may come for long. */
static void
test_it_is_live_when_all_that_was_stored_was_looked_at(void **state)
{
	(void)state;
	open_source((struct source_options){
	    .filter = &some, .from_seq = 1, .follow = true });
	assert_true(str_is(wire_get_str(fakebus_frame(&bus, 1), "casefile"),
	    "330122-26-0000417"));
	assert_true(
	    str_is(wire_get_str(fakebus_frame(&bus, 1), "division"), "330122"));
	SAY("BEGIN", { "epoch", 1 }, { "head", 5 }, { "next", 1 });
	assert_string_equal(next(), "");
	SAY("HEARTBEAT", { "epoch", 1 }, { "head", 7 }, { "next", 8 });
	assert_string_equal(next(), "live");
	assert_int_equal(place(), 7);
	event(9, 0, 1);
	assert_string_equal(next(), "9");
	assert_int_equal(source_head(source), 7);
}

static void
test_nothing_stored_is_live_at_once(void **state)
{
	(void)state;
	open_source(
	    (struct source_options){ .from_head = true, .follow = true });
	SAY("BEGIN", { "epoch", 1 }, { "head", 0 }, { "next", 1 });
	assert_string_equal(next(), "live");
	event(1, 0, 1);
	assert_string_equal(next(), "1");
}

static void
test_what_does_not_follow_ends_and_is_never_live(void **state)
{
	(void)state;
	open_source((struct source_options){ .from_seq = 1 });
	SAY("BEGIN", { "epoch", 1 }, { "head", 1 }, { "next", 1 });
	event(1, 0, 1);
	event(2, 1, 1);
	SAY("END", { "epoch", 1 }, { "head", 2 }, { "next", 3 });
	assert_string_equal(next(), "1");
	assert_string_equal(next(), "2");
	assert_string_equal(next(), "end");
	assert_int_equal(place(), 2);
}

static void
test_what_is_retired_is_told_and_passed_over(void **state)
{
	(void)state;
	open_source((struct source_options){ .from_seq = 1, .follow = true });
	error("GONE", "first", 1000, 1);
	assert_string_equal(next(), "lost");
	until_asked();
	assert_int_equal(wire_get_i64(fakebus_frame(&bus, 1), "from"), 1000);
	SAY("BEGIN", { "epoch", 1 }, { "head", 1001 }, { "next", 1000 });
	event(1000, 999, 1);
	event(1001, 1000, 1);
	assert_string_equal(next(), "1000");
	assert_string_equal(next(), "1001");
	assert_string_equal(next(), "live");
}

/* A place that was kept in another epoch. */
static void
test_a_history_that_was_cut_is_told_and_read_from_there(void **state)
{
	const struct tail_place after = { 1, 20 };

	(void)state;
	open_source((struct source_options){ .after = after, .follow = true });
	assert_int_equal(wire_get_i64(fakebus_frame(&bus, 1), "from"), 21);
	assert_int_equal(wire_get_i64(fakebus_frame(&bus, 1), "epoch"), 1);
	error("EPOCH", "from_seq", 11, 2);
	assert_string_equal(next(), "lost");
	until_asked();
	assert_int_equal(wire_get_i64(fakebus_frame(&bus, 1), "from"), 11);
	SAY("BEGIN", { "epoch", 2 }, { "head", 12 }, { "next", 11 });
	event(11, 10, 2);
	event(12, 11, 2);
	assert_string_equal(next(), "11");
	assert_string_equal(next(), "12");
	assert_int_equal(source_place(source).epoch, 2);
}

static void
test_what_the_bus_does_not_want_is_refused(void **state)
{
	(void)state;
	open_source((struct source_options){ .from_seq = 1 });
	error("BAD_OPTION", "x", 1, 1);
	assert_string_equal(next(), "refused");
}

#define SOURCE_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SOURCE_TEST(test_it_is_live_when_all_that_was_stored_is_told),
		SOURCE_TEST(
		    test_it_is_live_when_all_that_was_stored_was_looked_at),
		SOURCE_TEST(test_nothing_stored_is_live_at_once),
		SOURCE_TEST(test_what_does_not_follow_ends_and_is_never_live),
		SOURCE_TEST(test_what_is_retired_is_told_and_passed_over),
		SOURCE_TEST(
		    test_a_history_that_was_cut_is_told_and_read_from_there),
		SOURCE_TEST(test_what_the_bus_does_not_want_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
