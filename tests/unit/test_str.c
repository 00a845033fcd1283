#include "common/base/str.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct str empty = { NULL, 0 };

static void
test_strings_compare_by_bytes(void **state)
{
	(void)state;
	assert_true(str_eq(STR("ab"), STR("ab")));
	assert_false(str_eq(STR("ab"), STR("abc")));
	assert_true(str_eq(empty, STR("")));
	assert_true(str_is(empty, NULL));
	assert_true(str_is(STR("ab"), "ab"));
	assert_true(str_cmp(STR("ab"), STR("b")) < 0);
	assert_true(str_cmp(STR("ab"), STR("a")) > 0);
	assert_true(str_cmp(STR("\x7f"), STR("\x80")) < 0);
	assert_int_equal(str_cmp(empty, STR("")), 0);
	assert_true(str_cmp(empty, STR("a")) < 0);
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), empty));
	assert_true(str_starts(empty, empty));
	assert_false(str_starts(STR("a"), STR("ab")));
}

static void
test_cutting_stays_inside(void **state)
{
	struct str s = STR("abc");

	(void)state;
	assert_true(str_is(str_cut(s, 1, 1), "b"));
	assert_true(str_is(str_cut(s, 1, 99), "bc"));
	assert_true(str_is(str_cut(s, 1, SIZE_MAX), "bc"));
	assert_true(str_is(str_cut(s, 3, 1), ""));
	assert_int_equal(str_cut(empty, 0, 5).n, 0);
	assert_null(str_cut(empty, 0, 5).p);
}

static void
test_bytes_and_pieces_are_found(void **state)
{
	static const struct {
		const char *text;
		const char *needle;
		size_t at;
	} rows[] = { { "abcabd", "abd", 3 }, { "aaab", "aab", 1 },
		{ "abc", "abc", 0 }, { "abc", "abcd", 3 }, { "abc", "", 0 },
		{ "", "", 0 }, { "", "a", 0 }, { "abc", "c", 2 },
		{ "abab", "bb", 4 }, { "aaaa", "ab", 4 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    str_search(str_of(rows[i].text), str_of(rows[i].needle)),
		    rows[i].at);
	assert_int_equal(str_search(empty, STR("a")), 0);
	assert_int_equal(str_find(STR("a,b,"), ','), 1);
	assert_int_equal(str_find(STR("ab"), ','), 2);
	assert_int_equal(str_find(STR("a\0b"), 'b'), 2);
	assert_int_equal(str_find(empty, ','), 0);
}

static void
test_a_list_falls_into_its_pieces(void **state)
{
	static const struct {
		const char *list;
		size_t n;
		const char *last;
	} rows[] = { { "a,b,c", 3, "c" }, { "a", 1, "a" }, { "a,", 2, "" },
		{ ",", 2, "" }, { "", 1, "" }, { ",,x", 3, "x" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str rest = str_of(rows[i].list), piece = empty;
		size_t n = 0;

		while (str_next(&rest, ',', &piece))
			n++;
		assert_int_equal(n, rows[i].n);
		assert_true(str_is(piece, rows[i].last));
	}
	assert_true(str_in(STR("a;bc;d"), ';', STR("bc")));
	assert_false(str_in(STR("a;bc;d"), ';', STR("b")));
	assert_false(str_in(empty, ';', STR("b")));
}

static void
test_numbers_are_read_strictly(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = { { "0", 0 }, { "-0", 0 }, { "007", 7 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN }, { "-1", -1 } };
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1.0",
		"9223372036854775808", "-9223372036854775809", "--1", "1-",
		"99999999999999999999", "0x10", "１", "1e3", "/", ":" };
	int64_t v = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (str_i64(str_of(bad[i]), &v))
			fail_msg("'%s' was taken", bad[i]);
	assert_false(str_i64(empty, &v));
	assert_int_equal(v, 42);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(str_i64(str_of(good[i].text), &v));
		assert_true(v == good[i].want);
	}
}

static void
test_utf8_is_checked_to_the_letter(void **state)
{
	static const char *const good[] = { "", "a", "\x7f", "\xc2\x80",
		"\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "呼应",
		"𠮷" };
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80",
		"\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x80\x80", "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xe5\x91", "\xe5\x91\x41",
		"\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xff", "\xfe", "\xf0\x90\x80",
		"\xf0\x90\x80\x41", "a\xcc", "\xc2\xc2\x80" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(str_utf8_ok(str_of(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (str_utf8_ok(str_of(bad[i])))
			fail_msg("bad row %zu was taken", i);
	assert_true(str_utf8_ok(empty));
}

/* Every code point: encoded by hand, it is valid and reads back. */
static void
test_every_code_point_reads_back(void **state)
{
	(void)state;
	for (uint32_t r = 0; r <= 0x10ffff; r++) {
		size_t n = r < 0x80 ? 1 : r < 0x800 ? 2 : r < 0x10000 ? 3 : 4;
		static const uint32_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
		char b[4];
		size_t pos = 0;

		for (size_t k = 0; k < n; k++)
			b[n - 1 - k] = (char)(0x80 | (r >> 6 * k & 0x3f));
		b[0] = (char)(n == 1 ? r : lead[n] | r >> 6 * (n - 1));
		if (r >= 0xd800 && r <= 0xdfff) {
			assert_false(str_utf8_ok((struct str){ b, n }));
			continue;
		}
		assert_true(str_utf8_ok((struct str){ b, n }));
		assert_int_equal(str_rune((struct str){ b, n }, &pos), r);
		assert_int_equal(pos, n);
	}
	assert_int_equal(str_runes(STR("呼 ying 应")), 8);
	assert_int_equal(str_runes(empty), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings_compare_by_bytes),
		cmocka_unit_test(test_cutting_stays_inside),
		cmocka_unit_test(test_bytes_and_pieces_are_found),
		cmocka_unit_test(test_a_list_falls_into_its_pieces),
		cmocka_unit_test(test_numbers_are_read_strictly),
		cmocka_unit_test(test_utf8_is_checked_to_the_letter),
		cmocka_unit_test(test_every_code_point_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
