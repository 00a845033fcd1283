/* Events as huying tail writes them (cli/tail_line.h). */
#include "common/msg/plain.h"
#include "common/msg/wire.h"
#include "tests/lib/desk.h"
#include "tests/lib/hex.h"
#include "tests/lib/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ROUNDS 4000

static void
test_each_form_tells_the_same_event(void **state)
{
	struct desk *d = *state;

	desk_known(d);
	desk_begin(d, FORM_SHORT, TIME_ABS, false);
	desk_put(d);
	desk_expect(d,
	    "417  2026-03-18T09:30:07.031+08:00  odd.thing/330122109  "
	    "330122-26-0000417  /hotline/12345\n");
	desk_begin(d, FORM_TOPICS, TIME_ABS, false);
	desk_put(d);
	desk_expect(d, "417 odd.thing/330122109\n");
	desk_begin(d, FORM_RAW, TIME_ABS, false);
	desk_put(d);
	assert_true(str_eq(buf_get(&d->out), buf_get(&d->body)));
	desk_begin(d, FORM_JSON, TIME_ABS, false);
	desk_put(d);
	desk_expect(d,
	    "{\"specversion\":\"1.0\",\"id\":\"id-1\",\"source\":"
	    "\"/hotline/12345\",\"type\":\"odd.thing\",\"subject\":"
	    "\"330122-26-0000417\",\"datacontenttype\":"
	    "\"application/json\",\"division\":\"330122109\",\"data\":"
	    "{\"unit\":\"分水镇 \\\"A\\\"\\\\\\n第一 网格\",\"n\":-5,"
	    "\"list\":[1],\"in\":{\"deep\":\"里\"},\"nil\":null,"
	    "\"yes\":true},\"sequence\":\"00000000000000000417\","
	    "\"recordedtime\":\"2026-03-18T09:30:07.031+08:00\"}\n");
}

static void
test_the_time_is_told_as_one_likes(void **state)
{
	struct desk *d = *state;

	desk_known(d);
	desk_begin(d, FORM_SHORT, TIME_ABS, true);
	desk_put(d);
	desk_expect(d, "417  2026-03-18T01:30:07.031Z  odd.thing/330122109  "
		       "330122-26-0000417  /hotline/12345\n");
	desk_begin(d, FORM_SHORT, TIME_REL, false);
	desk_put(d);
	desk_expect(d,
	    "417  1h 5m ago  odd.thing/330122109  330122-26-0000417  "
	    "/hotline/12345\n");
	desk_begin(d, FORM_SHORT, TIME_NONE, false);
	desk_put(d);
	desk_expect(d, "417  odd.thing/330122109  330122-26-0000417  "
		       "/hotline/12345\n");
	desk_begin(d, FORM_PRETTY, TIME_DELTA, false);
	desk_put(d);
	assert_true(str_starts(buf_get(&d->out), STR("  +0.000  odd.thing")));
	d->ev.at += 61063;
	desk_put(d);
	assert_true(str_starts(buf_get(&d->out), STR(" +61.063  odd.thing")));
	d->ev.at -= 500;
	desk_put(d);
	assert_true(str_starts(buf_get(&d->out), STR("  -0.500  odd.thing")));
	desk_begin(d, FORM_PRETTY, TIME_ABS, true);
	desk_put(d);
	assert_true(str_starts(buf_get(&d->out),
	    STR("2026-03-18 Wednesday\n01:31:07  odd.thing")));
	desk_begin(d, FORM_PRETTY, TIME_REL, false);
	desk_put(d);
	assert_true(str_starts(buf_get(&d->out), STR("1h 3m ago  odd.thing")));
}

/* The same instant lies on two days. */
static void
test_a_day_begins_in_its_zone(void **state)
{
	struct desk *d = *state;

	desk_known(d);
	desk_begin(d, FORM_PRETTY, TIME_ABS, true);
	d->ev.at = DESK_AT - 5 * HOUR_MS;
	desk_put(d);
	assert_true(str_starts(
	    buf_get(&d->out), STR("2026-03-17 Tuesday\n20:30:07  ")));
	d->line.printer.day = 0;
	d->line.printer.clock.utc = false;
	desk_put(d);
	assert_true(str_starts(
	    buf_get(&d->out), STR("2026-03-18 Wednesday\n04:30:07  ")));
}

static void
test_what_came_late_is_marked_for_people_only(void **state)
{
	static const struct {
		enum tail_form form;
		const char *start;
	} rows[] = { { FORM_SHORT, "~417  " }, { FORM_TOPICS, "~417 " },
		{ FORM_PRETTY, "2026-03-18 Wednesday\n~09:30:07  " },
		{ FORM_JSON, "{\"" }, { FORM_JSON_PRETTY, "{\n" } };
	struct desk *d = *state;

	desk_known(d);
	d->ev.late = true;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		desk_begin(d, rows[i].form, TIME_ABS, false);
		desk_put(d);
		if (!str_starts(buf_get(&d->out), str_of(rows[i].start)))
			fail_msg("%.*s", STR_ARG(buf_get(&d->out)));
	}
}

static void
test_what_cannot_be_read_is_told_as_such(void **state)
{
#define WHY                                                                    \
	"LENGTH_OVERRUN, envelope: claims more bytes than there are (byte 0)"
	static const struct {
		enum tail_form form;
		const char *text;
	} rows[] = {
		{ FORM_PRETTY, "2026-03-18 Wednesday\n09:30:07  (unreadable)  "
			       "           event 417: " WHY "; 1 byte: 81\n" },
		{ FORM_SHORT, "417  2026-03-18T09:30:07.031+08:00  "
			      "(unreadable)  " WHY "\n" },
		{ FORM_TOPICS, "417 (unreadable)\n" },
		{ FORM_RAW, "" },
		{ FORM_JSON, "{\"unreadable\":\"" WHY "\","
			     "\"data_base64\":\"gQ==\","
			     "\"sequence\":\"00000000000000000417\","
			     "\"recordedtime\":"
			     "\"2026-03-18T09:30:07.031+08:00\"}\n" },
	};
	struct desk *d = *state;

	buf_reset(&d->body);
	buf_char(&d->body, '\x81');
	desk_read(d);
	assert_false(d->ev.readable);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		desk_begin(d, rows[i].form, TIME_ABS, false);
		desk_put(d);
		desk_expect(d, rows[i].text);
	}
}

/* An event of any message, with any texts, made up from its descriptor. */
static void
any_event(struct desk *d, const struct msg_desc *desc)
{
	struct arena *a = arena_new(DESK_ROOM);
	void *msg = arena_alloc(a, desc->size);
	struct msg_envelope env;

	sample_fill(desc, msg, SAMPLE_ANY, a, &d->seed);
	sample_fill(&msg_envelope_desc, &env, SAMPLE_ANY, a, &d->seed);
	buf_reset(&d->data);
	msg_encode(desc, msg, &d->data);
	env.type = str_of(desc->type);
	env.data = buf_get(&d->data);
	buf_reset(&d->body);
	envelope_encode(&env, &d->body);
	arena_free(&a);
}

static void
check_safe(struct desk *d, enum tail_form form)
{
	struct str line = buf_get(&d->out);
	size_t newlines = 0;

	assert_true(line.n > 0 && line.p[line.n - 1] == '\n');
	if (!str_utf8_ok(line) || !plain_ok(line))
		fail_msg("form %d: %.*s", form, STR_ARG(line));
	for (size_t i = 0; i < line.n; i++)
		newlines += line.p[i] == '\n';
	if (form != FORM_JSON_PRETTY)
		assert_int_equal(newlines, 1);
}

/*
 * One line an event that steers no terminal, and JSON that is JSON, for
 * sound events, for damaged ones and for noise.
 */
static void
test_no_bytes_whatever_break_a_line(void **state)
{
	struct desk *d = *state;
	struct tail_format json, text;
	struct err e;

	assert_int_equal(
	    format_parse(&json,
		"{\"a\":\"<%{data}|%{data.text}|%{fault}>\",\"b\":%{data},"
		"\"c\":%{topic},\"d\":%{data.reason},\"e\":\"%{source}\"}",
		true, &e),
	    RC_OK);
	assert_int_equal(
	    format_parse(&text, "%{data} %-20.20{data.text} %{source} %{fault}",
		false, &e),
	    RC_OK);
	for (size_t i = 0; i < ROUNDS; i++) {
		any_event(d, msg_all[i % msg_count]);
		if (i % 4 == 1)
			noise_mutate(&d->body, &d->seed);
		if (i % 4 == 2) {
			buf_reset(&d->body);
			for (size_t n = noise(&d->seed) % 200; n > 0; n--)
				buf_char(&d->body, (char)noise(&d->seed));
		}
		desk_read(d);
		for (int form = 0; form <= FORM_FORMAT; form++) {
			desk_begin(d, (enum tail_form)form, TIME_DELTA, false);
			d->line.format = text;
			if (form == FORM_RAW)
				continue;
			desk_put(d);
			check_safe(d, (enum tail_form)form);
			if (form == FORM_JSON || form == FORM_JSON_PRETTY)
				assert_true(json_sound(buf_get(&d->out)));
		}
		d->line.format = json;
		desk_put(d);
		assert_true(json_sound(buf_get(&d->out)));
	}
}

/* The largest that there can be, in the form that takes the most room. */
static void
test_the_longest_event_has_room(void **state)
{
	struct desk *d = *state;
	struct msg_envelope env = { .specversion = STR("1.0"),
		.id = STR("id-1"),
		.source = STR("/grid"),
		.type = STR("odd.thing") };
	char key[16];

	buf_reset(&d->data);
	wire_put_map(&d->data, 15);
	for (int i = 0; i < 15; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		wire_put_str(&d->data, str_of(key));
		wire_put_array(&d->data, 256);
		for (int n = 0; n < 256; n++)
			wire_put_str(
			    &d->data, STR("\n\n\n\n\n\n\n\n\"\"\"\"\\\\"));
	}
	env.data = buf_get(&d->data);
	buf_reset(&d->body);
	envelope_encode(&env, &d->body);
	assert_true(d->body.n < ENVELOPE_MAX && d->body.n > 50000);
	desk_read(d);
	assert_true(d->ev.readable);
	desk_begin(d, FORM_JSON_PRETTY, TIME_ABS, false);
	desk_put(d);
	assert_true(json_sound(buf_get(&d->out)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_each_form_tells_the_same_event),
		DESK_TEST(test_the_time_is_told_as_one_likes),
		DESK_TEST(test_a_day_begins_in_its_zone),
		DESK_TEST(test_what_came_late_is_marked_for_people_only),
		DESK_TEST(test_what_cannot_be_read_is_told_as_such),
		DESK_TEST(test_no_bytes_whatever_break_a_line),
		DESK_TEST(test_the_longest_event_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
