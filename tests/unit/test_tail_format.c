/* The language of huying tail --format (cli/tail_format.h). */
#include "tests/lib/desk.h"
#include "tests/lib/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void
set_format(struct desk *d, const char *format, bool json)
{
	struct err e;

	desk_begin(d, FORM_FORMAT, TIME_ABS, true);
	if (format_parse(&d->line.format, format, json, &e) != RC_OK)
		fail_msg("%s: %s", format, e.text);
	desk_put(d);
}

static void
test_a_format_puts_fields_into_columns(void **state)
{
	static const struct {
		const char *format;
		const char *line;
	} rows[] = {
		{ "%{seq} %{epoch} %{type}", "417 2 odd.thing\n" },
		{ "%{time}", "2026-03-18T01:30:07.031Z\n" },
		{ "%{topic}|%{case}|%{division}|%{source}|%{id}",
		    "odd.thing/330122109|330122-26-0000417|330122109|"
		    "/hotline/12345|id-1\n" },
		{ "%{correlationid}|%{data.none}|%{data.nil}|%{mark}|"
		  "%{fault}",
		    "-|-|-|-|-\n" },
		{ "%{data.n}|%{data.yes}|%{data.list}|%{data.in}|"
		  "%{data.in.deep}|%{data.n.deep}",
		    "-5|true|[1]|{\"deep\":\"里\"}|里|-\n" },
		/* Newlines would break the line: they become blanks. */
		{ "%{data.unit}", "分水镇 \"A\"\\ 第一 网格\n" },
		/* Columns, not bytes: a Chinese character takes two. */
		{ "%-10{data.in.deep}|", "里        |\n" },
		{ "%10{data.in.deep}|", "        里|\n" },
		{ "%.5{data.unit}|", "分水…|\n" },
		{ "%-6.6{data.unit}|", "分水… |\n" },
		{ "%6.6{data.unit}|", " 分水…|\n" },
		{ "%-4.4{type}|%4{seq}|%2{seq}", "odd…| 417|417\n" },
		{ "%%{seq} 100%%", "%{seq} 100%\n" },
		{ "a\\tb\\e[1m\\\\%{seq}", "a\tb\033[1m\\417\n" },
		{ "%{seq}\\n", "417\n" },
		{ "%{seq}\\n\\n", "417\n\n" },
	};
	struct desk *d = *state;

	desk_known(d);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		set_format(d, rows[i].format, false);
		desk_expect(d, rows[i].line);
	}
	set_format(d, "%{seq}\\0", false);
	assert_true(str_eq(buf_get(&d->out), STR("417\0")));
}

static void
test_a_format_of_json_stays_json(void **state)
{
	static const struct {
		const char *format;
		const char *line;
	} rows[] = {
		{ "{\"n\": %{seq}, \"t\": \"%{type}\"}",
		    "{\"n\": 417, \"t\": \"odd.thing\"}\n" },
		{ "{\"t\":%{type},\"c\":%{correlationid},\"n\":%{data.n}}",
		    "{\"t\":\"odd.thing\",\"c\":null,\"n\":-5}\n" },
		{ "[\"<%{data.unit}|%{data.none}>\", %{data.unit}]",
		    "[\"<分水镇 \\\"A\\\"\\\\\\n第一 网格|>\", "
		    "\"分水镇 \\\"A\\\"\\\\\\n第一 网格\"]\n" },
		{ "[%{data}, \"%{data.in}\", \"a\\n\\\"%{seq}\"]",
		    "[{\"unit\":\"分水镇 \\\"A\\\"\\\\\\n第一 网格\",\"n\":-5,"
		    "\"list\":[1],\"in\":{\"deep\":\"里\"},\"nil\":null,"
		    "\"yes\":true}, \"{\\\"deep\\\":\\\"里\\\"}\", "
		    "\"a\\n\\\"417\"]\n" },
		{ "%{seq}\\n", "417\n" },
	};
	struct desk *d = *state;

	desk_known(d);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		set_format(d, rows[i].format, true);
		desk_expect(d, rows[i].line);
		assert_true(json_sound(buf_get(&d->out)));
	}
}

static void
test_a_format_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *format;
		bool json;
	} rows[] = { { "", false }, { "%", false }, { "%{", false },
		{ "%{seq", false }, { "%{nothing}", false }, { "%{}", false },
		{ "%{seq.x}", false }, { "%d", false }, { "%-{seq}", true },
		{ "%1001{seq}", false }, { "%.1001{seq}", false },
		{ "%99999999999999999999{seq}", false }, { "\\x", false },
		{ "a\\", false }, { "%5 {seq}", false }, { "%--5{seq}", false },
		{ "{\"a\": %5{seq}}", true }, { "{\"a\": %{seq}", true },
		{ "{a: %{seq}}", true }, { "%{seq} %{seq}", true },
		{ "{%{type}: 1}", true }, { "\"a\\", true },
		{ "{\"a\": %{seq}}\\0", true } };
	struct tail_format *f = xcalloc(1, sizeof(*f));
	struct err e;
	struct buf long_one;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (format_parse(f, rows[i].format, rows[i].json, &e) ==
			RC_OK &&
		    !str_is(str_of(rows[i].format), "%-{seq}"))
			fail_msg("%s was taken", rows[i].format);
	buf_init(&long_one, DESK_ROOM);
	for (int i = 0; i < 65; i++)
		buf_z(&long_one, "%{seq}");
	buf_char(&long_one, '\0');
	assert_int_equal(format_parse(f, long_one.p, false, &e), RC_REJECT);
	buf_reset(&long_one);
	for (int i = 0; i < FORMAT_TEXT_MAX; i++)
		buf_char(&long_one, 'a');
	buf_char(&long_one, '\0');
	assert_int_equal(format_parse(f, long_one.p, false, &e), RC_REJECT);
	buf_fini(&long_one);
	free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_format_puts_fields_into_columns),
		DESK_TEST(test_a_format_of_json_stays_json),
		DESK_TEST(test_a_format_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
