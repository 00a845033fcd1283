/* Descriptors: sound in themselves, and fields set from text. */
#include "common/msg/look.h"
#include "common/msg/wire.h"
#include "tests/lib/codec.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The descriptors themselves keep the bounds of the wire. */
static size_t
most_bytes(const struct msg_field *f, size_t *nodes)
{
	size_t max = f->max > 0 ? f->max : MSG_STR_MAX, one = 0;

	*nodes += 2;
	if (f->type == WIRE_str)
		return max + 3;
	if (f->type == WIRE_strs) {
		*nodes += MSG_LIST_MAX;
		return MSG_LIST_MAX * (max + 3);
	}
	if (f->type != WIRE_list)
		return CLOCK_TEXT;
	for (size_t i = 0; i < f->record->n_fields; i++)
		one += most_bytes(&f->record->fields[i], nodes) + 20;
	*nodes += max * 2 * f->record->n_fields;
	return max * one;
}

/* Whatever strangers write is searched for personal data, or no text. */
static void
test_no_command_has_text_that_is_not_searched(void **state)
{
	(void)state;
	for (size_t i = 0; i < msg_count; i++)
		for (size_t k = 0; k < msg_all[i]->n_fields; k++)
			if (msg_all[i]->kind == MSG_COMMAND &&
			    msg_all[i]->fields[k].format.look == LOOK_NAME)
				fail_msg("%s: %s", msg_all[i]->type,
				    msg_all[i]->fields[k].name);
}

static void
test_every_descriptor_is_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < msg_count; i++) {
		const struct msg_desc *d = msg_all[i];
		size_t bytes = 0, nodes = 1;

		assert_ptr_equal(msg_find(str_of(d->type)), d);
		assert_true(strlen(d->type) <= 64 && strlen(d->doc) > 4);
		assert_true(strchr(d->type, '.') != NULL);
		assert_true(d->n_fields > 0 && d->n_fields <= WIRE_KEYS_MAX);
		/* What may lie in a folder that is there names it, or not. */
		assert_true(d->fields[0].need == REQUIRED ||
			    (d->kind == MSG_COMMAND &&
				strcmp(d->fields[0].name, "on") == 0 &&
				d->fields[0].format.look == LOOK_THING));
		for (size_t k = 0; k < d->n_fields; k++) {
			const struct msg_field *f = &d->fields[k];

			assert_ptr_equal(msg_field(d, str_of(f->name)), f);
			assert_true(strlen(f->name) <= 24);
			assert_true(strlen(f->doc) > 1);
			assert_true(f->offset < d->size);
			assert_int_equal(
			    f->type == WIRE_list, f->record != NULL);
			assert_int_equal(f->format.look == LOOK_ENUM,
			    f->format.values != NULL);
			bytes += most_bytes(f, &nodes) + strlen(f->name) + 2;
		}
		/* The envelope's attributes take less than 2 KiB. */
		assert_true(bytes < WIRE_BODY_MAX - 2048);
		assert_true(nodes < WIRE_NODES_MAX - 40);
	}
	assert_null(msg_find(STR("report.submitted")));
	assert_null(msg_find(STR("")));
}

static void
test_every_choice_fits_its_field(void **state)
{
	(void)state;
	for (size_t i = 0; i < msg_count; i++)
		for (size_t k = 0; k < msg_all[i]->n_fields; k++) {
			const struct msg_field *f = &msg_all[i]->fields[k];
			struct str rest = str_of(f->format.values), one;

			while (str_next(&rest, '|', &one))
				if (one.n == 0 || one.n > f->max)
					fail_msg("%s.%s: %.*s",
					    msg_all[i]->type, f->name,
					    STR_ARG(one));
		}
}

/* The JSON Schema must refuse and pass what the codec does. */
static void
test_every_look_says_the_same_as_its_pattern(void **state)
{
	static const struct {
		enum msg_look look;
		const char *text;
		bool fits;
	} rows[] = { { LOOK_WORD, "a_-.:/#+|%=>9", true },
		{ LOOK_WORD, "a b", false }, { LOOK_WORD, "é", false },
		{ LOOK_HASH, "0123", false },
		{ LOOK_HASH,
		    "0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abcdef",
		    true },
		{ LOOK_CASEFILE, "330122-26-0000417", true },
		{ LOOK_CASEFILE, "330122-26-417", false },
		{ LOOK_THING, "330122-26-0000417/C1/330122-D-SCJ", true },
		{ LOOK_THING, "330122-26-0000417/", false },
		{ LOOK_DIVISION, "330122109215001", true },
		{ LOOK_DIVISION, "33012210", false },
		{ LOOK_UNIT, "330122109-CMD", true },
		{ LOOK_UNIT, "330122109/CMD", false },
		{ LOOK_OFFICER, "o_1", true }, { LOOK_OFFICER, "o 1", false },
		{ LOOK_MATTER, "CA-001", true },
		{ LOOK_MATTER, "CA.001", false }, { LOOK_ITEM, "SR001", true },
		{ LOOK_ITEM, "SR+1", false },
		{ LOOK_LIMIT, "working-hours:2h", true },
		{ LOOK_LIMIT, "working-days:2h", false },
		{ LOOK_LIMIT, "calendar:90d", true },
		{ LOOK_LIMIT, "calendar:2h", false },
		{ LOOK_LIMIT, "natural:30m", true },
		{ LOOK_LIMIT, "natural:m", false },
		{ LOOK_LIMIT, "none", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct msg_format f = { rows[i].look, NULL };
		regex_t re;

		assert_int_equal(
		    look_check(&f, str_of(rows[i].text)) == NULL, rows[i].fits);
		assert_non_null(look_check(&f, STR("")));
		assert_int_equal(regcomp(&re, look_pattern(f.look),
				     REG_EXTENDED | REG_NOSUB),
		    0);
		assert_int_equal(
		    regexec(&re, rows[i].text, 0, NULL, 0) == 0, rows[i].fits);
		regfree(&re);
		assert_true(strlen(look_name(f.look)) > 3);
	}
	assert_null(look_pattern(LOOK_TEXT));
	assert_null(look_pattern(LOOK_NAME));
	assert_null(look_pattern(LOOK_ENUM));
}

static void
test_fields_are_set_from_text(void **state)
{
	static const struct {
		const char *field;
		const char *text;
		bool ok;
	} rows[] = { { "channel", "grid", true }, { "urgent", "yes", true },
		{ "urgent", "false", true }, { "urgent", "1", false },
		{ "lat", "29.76", true }, { "lat", "-1e2", true },
		{ "lat", "0x1p3", false }, { "lat", "inf", false },
		{ "lat", "nan", false }, { "lat", " 1", false },
		{ "lat", "1 ", false }, { "lat", "1,5", false },
		{ "lat", "", true }, { "occurred_at", "2026-03-18", true },
		{ "occurred_at", "2026-03-18T09:30+08:00", true },
		{ "occurred_at", "yesterday", false },
		{ "attachments", "x", false } };
	const struct msg_desc *d = &msg_report_submit_desc;
	struct msg_report_submit m = { .urgent = false };
	struct codec *c = *state;
	struct err e;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (msg_set_text(msg_field(d, str_of(rows[i].field)), &m,
			str_of(rows[i].text), c->arena,
			&e) != (rows[i].ok ? RC_OK : RC_REJECT))
			fail_msg("%s = \"%s\"", rows[i].field, rows[i].text);
	assert_true(str_is(m.channel, "grid"));
	assert_false(m.urgent);
	assert_true(m.lat < -99.9 && m.lat > -100.1);
	assert_int_equal(m.occurred_at, INT64_C(1773797400000));
	assert_int_equal(msg_set_text(msg_field(d, STR("lat")), &m,
			     (struct str){ "1\0002", 3 }, c->arena, &e),
	    RC_REJECT);
}

static void
test_lists_are_set_from_text(void **state)
{
	const struct msg_field *f =
	    msg_field(&msg_call_raise_desc, STR("assisting"));
	struct msg_call_raise m = { .lat = 0 };
	struct codec *c = *state;
	struct err e;

	assert_int_equal(
	    msg_set_text(f, &m, STR("A|B-1|C"), c->arena, &e), RC_OK);
	assert_int_equal(m.assisting.n, 3);
	assert_true(str_is(m.assisting.p[1], "B-1"));
	for (int i = 0; i <= MSG_LIST_MAX; i++)
		buf_z(&c->body, "x|");
	assert_int_equal(
	    msg_set_text(f, &m, buf_get(&c->body), c->arena, &e), RC_REJECT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CODEC_TEST(test_every_descriptor_is_sound),
		CODEC_TEST(test_no_command_has_text_that_is_not_searched),
		CODEC_TEST(test_every_choice_fits_its_field),
		CODEC_TEST(test_fields_are_set_from_text),
		CODEC_TEST(test_lists_are_set_from_text),
		CODEC_TEST(test_every_look_says_the_same_as_its_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
