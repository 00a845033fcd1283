/* Text in columns, times in words (cli/columns.h, cli/when.h). */
#include "cli/columns.h"
#include "cli/when.h"
#include "tests/lib/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ROOM ((size_t)4096)
#define NOW INT64_C(1773797400000) /* 2026-03-18T09:30+08:00 */

static void
expect(struct buf *b, const char *text)
{
	buf_char(b, '\0');
	assert_string_equal(b->p, text);
	buf_fini(b);
}

static void
test_a_chinese_character_takes_two_columns(void **state)
{
	(void)state;
	assert_int_equal(columns_of(STR("")), 0);
	assert_int_equal(columns_of(STR("abc")), 3);
	assert_int_equal(columns_of(STR("呼应")), 4);
	assert_int_equal(columns_of(STR("Ａ１，「」")), 10);
	assert_int_equal(columns_of(STR("e\xcc\x81")), 1);
	assert_int_equal(columns_of(STR("🌳")), 2);
	assert_int_equal(columns_of(STR("…·±")), 3);
	assert_int_equal(columns_of(STR("한글かな")), 8);
}

static void
test_texts_are_cut_between_characters(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *shown;
		size_t used;
	} rows[] = { { "呼应", 4, "呼应", 4 }, { "呼应", 3, "呼…", 3 },
		{ "呼应", 2, "…", 1 }, { "呼应", 1, "…", 1 },
		{ "呼应", 0, "", 0 }, { "", 0, "", 0 },
		{ "abcdef", 4, "abc…", 4 }, { "a呼b应c", 5, "a呼b…", 5 },
		{ "e\xcc\x81x", 2, "e\xcc\x81x", 2 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b;

		buf_init(&b, ROOM);
		assert_int_equal(
		    columns_put(&b, str_of(rows[i].text), rows[i].max),
		    rows[i].used);
		expect(&b, rows[i].shown);
	}
}

static void
test_nothing_steers_the_terminal(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	(void)columns_put(&b,
	    STR("a\033[2Jb\r\nc\td\xc2\x9b"
		"e\xe2\x80\xae"
		"f\0g\xff\xe5\x91h"),
	    100);
	expect(&b, "a[2Jb c defg???h");
}

static void
test_cells_line_up(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	columns_put_cell(&b, STR("呼"), 4);
	columns_put_cell(&b, STR("abcdefg"), 4);
	columns_put_cell(&b, STR(""), 1);
	buf_char(&b, '|');
	expect(&b, "呼    abc…     |");
}

static void
test_any_bytes_are_shown_in_the_columns_they_take(void **state)
{
	uint64_t seed = 5;
	char bytes[32];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		size_t n = noise(&seed) % sizeof(bytes), used;
		size_t max = noise(&seed) % 20;
		struct buf b;

		for (size_t k = 0; k < n; k++)
			bytes[k] = (char)noise(&seed);
		buf_init(&b, ROOM);
		used = columns_put(&b, (struct str){ bytes, n }, max);
		assert_true(used <= max);
		assert_true(str_utf8_ok(buf_get(&b)));
		assert_int_equal(columns_of(buf_get(&b)), used);
		buf_fini(&b);
	}
}

static void
test_times_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text;
		const char *at; /* NULL: no time */
	} rows[] = { { "now", "2026-03-18T09:30:00+08:00" },
		{ "10m", "2026-03-18T09:20:00+08:00" },
		{ "2h", "2026-03-18T07:30:00+08:00" },
		{ "1d", "2026-03-17T09:30:00+08:00" },
		{ "today", "2026-03-18T00:00:00+08:00" },
		{ "yesterday", "2026-03-17T00:00:00+08:00" },
		{ "2026-03-01", "2026-03-01T00:00:00+08:00" },
		{ "2026-03-01T10:15", "2026-03-01T10:15:00+08:00" },
		{ "2026-03-01T10:15:30", "2026-03-01T10:15:30+08:00" },
		{ "2026-03-01T10:15Z", "2026-03-01T18:15:00+08:00" },
		{ "2026-03-01 10:15", "2026-03-01T10:15:00+08:00" },
		{ "2026-03-01 10:15:30.5Z", "2026-03-01T18:15:30.500+08:00" },
		{ "+10m", "2026-03-18T09:40:00+08:00" },
		{ "1773797400", "2026-03-18T09:30:00+08:00" },
		{ "1773797400031", "2026-03-18T09:30:00.031+08:00" },
		{ "177379740", NULL }, { "-773797400", NULL }, { "+", NULL },
		{ "+10", NULL }, { "2026-03-01 10", NULL },
		{ "2026-03-01_10:15", NULL }, { "+-10m", NULL }, { "", NULL },
		{ "10", NULL }, { "m", NULL }, { "-1h", NULL }, { "1w", NULL },
		{ "tomorrow", NULL }, { "2026-02-30", NULL },
		{ "99999999999d", NULL } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[CLOCK_TEXT];
		int64_t at = 0;
		bool ok = when_parse(str_of(rows[i].text), NOW, &at);

		if (ok != (rows[i].at != NULL))
			fail_msg("\"%s\"", rows[i].text);
		if (ok)
			assert_string_equal(clock_format(at, text), rows[i].at);
	}
}

static void
test_durations_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: none */
	} rows[] = { { "10s", 10000 }, { "10", 10000 }, { "500ms", 500 },
		{ "2m", 120000 }, { "1h", 3600000 }, { "0", 0 },
		{ "1d", 86400000 }, { "", -1 }, { "s", -1 }, { "1.5s", -1 },
		{ "-1s", -1 }, { "1 s", -1 }, { "10000000000s", -1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms = -1;

		assert_int_equal(when_parse_span(str_of(rows[i].text), &ms),
		    rows[i].ms >= 0);
		assert_int_equal(ms, rows[i].ms);
	}
}

static void
test_spans_are_told_in_two_units(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = { { 0, "0s" }, { 999, "0s" }, { 1000, "1s" },
		{ 59999, "59s" }, { 28 * MINUTE_MS + 59000, "28m" },
		{ 3 * HOUR_MS, "3h" }, { 3 * HOUR_MS + 5 * MINUTE_MS, "3h 5m" },
		{ 2 * DAY_MS + 4 * HOUR_MS + MINUTE_MS, "2d 4h" },
		{ 90 * DAY_MS, "90d" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b;

		buf_init(&b, ROOM);
		when_put_span(&b, rows[i].ms);
		expect(&b, rows[i].text);
	}
}

static void
test_limits_are_told_from_where_we_are(void **state)
{
	static const struct {
		int64_t due;
		const char *text;
	} rows[] = { { NOW + 28 * MINUTE_MS, "until 03-18 09:58, in 28m" },
		{ NOW + 300 * DAY_MS, "until 2027-01-12 09:30, in 300d" },
		{ NOW - 3 * HOUR_MS, "was due 03-18 06:30, overdue 3h" },
		{ NOW, "was due 03-18 09:30" } };
	struct buf b;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_init(&b, ROOM);
		when_put_due(&b, rows[i].due, NOW);
		expect(&b, rows[i].text);
	}
	buf_init(&b, ROOM);
	when_put_day(&b, NOW);
	buf_char(&b, ' ');
	when_put_time(&b, NOW + 7000);
	expect(&b, "2026-03-18 Wednesday 09:30:07");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_chinese_character_takes_two_columns),
		cmocka_unit_test(test_texts_are_cut_between_characters),
		cmocka_unit_test(test_nothing_steers_the_terminal),
		cmocka_unit_test(test_cells_line_up),
		cmocka_unit_test(
		    test_any_bytes_are_shown_in_the_columns_they_take),
		cmocka_unit_test(test_times_are_read_as_people_write_them),
		cmocka_unit_test(test_durations_are_read),
		cmocka_unit_test(test_spans_are_told_in_two_units),
		cmocka_unit_test(test_limits_are_told_from_where_we_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
