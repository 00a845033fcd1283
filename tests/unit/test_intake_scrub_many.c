/* Scrubbing by the thousand: numbers anywhere, names of all sorts. */
#include "services/intake/rules_scrub.h"

#include "common/msg/digits.h"
#include "tests/lib/county.h"
#include "tests/lib/day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct registry *registry;
static struct arena *kept;  /* for all tests */
static struct arena *arena; /* for one text */
static struct words *words;
static struct day day;

static int
open_all(void **state)
{
	(void)state;
	registry = county_new();
	kept = arena_new((size_t)64 << 20);
	arena = arena_new((size_t)64 << 20);
	words =
	    words_new(registry, county_time("2026-03-18T09:00+08:00"), kept);
	day = day_load(kept);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	registry_free(&registry);
	arena_free(&arena);
	arena_free(&kept);
	return 0;
}

static struct str
scrub(struct str text, const struct msg_sealed_report *given)
{
	return scrub_text(words, text, given, arena);
}

/* Twice is once, the text stays text, and no number is left. */
static void
check_sound(struct str out, const struct msg_sealed_report *given)
{
	assert_true(str_utf8_ok(out));
	assert_int_equal(personal_find(out, 0).kind, PERSONAL_NONE);
	assert_true(str_eq(out, scrub(out, given)));
}

/* A number of a kind, written as people do. */
static size_t
number_text(char *to, size_t cap)
{
	static const char *const wide[] = { "０", "１", "２", "３", "４", "５",
		"６", "７", "８", "９" };
	static const char *const gaps[] = { "", " ", "-", "　", "—", "－", "·",
		"，", "、" };
	static const size_t cuts[][2] = { { 3, 7 }, { 7, 11 }, { 3, 11 } };
	long kind = random() % 3;
	size_t n_digits = kind == 0 ? 18 : 11, n = 0;
	const char *gap = gaps[(size_t)random() % ARRAY_LEN(gaps)];
	const size_t *cut = cuts[(size_t)random() % ARRAY_LEN(cuts)];
	bool full = random() % 3 == 0;
	char digits[32];

	(void)snprintf(digits, sizeof(digits), "1%ld%09ld", 3 + random() % 7,
	    random() % 1000000000);
	if (kind == 0)
		(void)snprintf(digits, sizeof(digits),
		    "3301221%03ld%02ld%02ld%04ld", 900 + random() % 100,
		    1 + random() % 12, 1 + random() % 28, random() % 10000);
	if (kind == 0)
		gap = "";
	for (size_t i = 0; i < n_digits; i++) {
		char one[2] = { digits[i], '\0' };

		if (i == cut[0] || i == cut[1])
			n += (size_t)snprintf(to + n, cap - n, "%s", gap);
		n += (size_t)snprintf(
		    to + n, cap - n, "%s", full ? wide[digits[i] - '0'] : one);
	}
	return n;
}

static bool
is_digit_at(struct str text, size_t at)
{
	return at < text.n && text.p[at] >= '0' && text.p[at] <= '9';
}

/* A place between two characters, not beside a digit. */
static size_t
some_place(struct str text)
{
	for (;;) {
		size_t at = (size_t)random() % (text.n + 1);

		if (at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80)
			continue;
		if (!is_digit_at(text, at) &&
		    !(at > 0 && is_digit_at(text, at - 1)))
			return at;
	}
}

static void
test_numbers_put_anywhere_are_taken_out(void **state)
{
	static const struct msg_sealed_report nobody;

	(void)state;
	srandom(20260318);
	for (size_t i = 0; i < 6000; i++, arena_reset(arena)) {
		const struct day_report *r = &day.v[(size_t)random() % day.n];
		size_t at = some_place(r->text);
		char number[128];
		struct str out, n = { number, 0 }, text;

		n.n = number_text(number, sizeof(number));
		text = arena_printf(arena, "%.*s%.*s%.*s",
		    STR_ARG(str_cut(r->text, 0, at)), STR_ARG(n),
		    STR_ARG(str_cut(r->text, at, r->text.n)));
		out = scrub(text, &nobody);
		check_sound(out, &nobody);
		if (str_search(out, n) < out.n)
			print_error("%.*s\n%.*s\n", STR_ARG(n), STR_ARG(out));
		assert_true(str_search(out, n) == out.n);
	}
}

/* The day's invented names have endings of their own: try real ones. */
static struct str
some_name(void)
{
	static const char *const family[] = { "王", "李", "张", "陈", "周",
		"吴", "徐", "孙", "朱", "胡", "郭", "何", "高", "林", "郑",
		"黄", "俞", "章", "盛", "毛", "申屠", "蓝", "雷", "钱", "欧阳",
		"皇甫", "金", "方", "石", "汪" };
	static const char *const given[] = { "建国", "志强", "伟", "敏", "秀英",
		"国强", "海燕", "文斌", "水根", "阿毛", "家豪", "子涵", "浩然",
		"志明", "军", "平", "红梅", "成林", "有根", "来福", "杰",
		"根发", "玉兰", "爱国", "卫东", "佳怡", "国平", "樟根", "春生",
		"小平", "万里", "长青", "光明" };

	return arena_printf(arena, "%s%s",
	    family[(size_t)random() % ARRAY_LEN(family)],
	    given[(size_t)random() % ARRAY_LEN(given)]);
}

static bool
is_chinese(struct str text)
{
	for (size_t at = 0; at < text.n;)
		if (!glyph_is_han(str_rune(text, &at)))
			return false;
	return true;
}

/* TEXT with FROM replaced by TO, everywhere. */
static struct str
replaced(struct str text, struct str from, struct str to)
{
	struct str out = STR("");

	for (;;) {
		size_t at = str_search(text, from);

		out = arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(out),
		    STR_ARG(str_cut(text, 0, at)),
		    STR_ARG(at < text.n ? to : STR("")));
		if (at == text.n)
			return out;
		text = str_cut(text, at + from.n, text.n);
	}
}

/* And without help from the sealed part. */
static void
test_other_peoples_names_are_found_as_well(void **state)
{
	static const struct msg_sealed_report nobody;
	size_t n = 0, left = 0;

	(void)state;
	srandom(7);
	for (size_t i = 0; i < day.n * 20; i++, arena_reset(arena)) {
		const struct day_report *r = &day.v[i % day.n];

		for (size_t k = 0; k < r->personal.n; k++) {
			struct str name = some_name(), out;

			if (!is_chinese(r->personal.p[k]))
				continue;
			out = scrub(
			    replaced(r->text, r->personal.p[k], name), &nobody);
			n++;
			left += str_search(out, name) < out.n;
		}
	}
	print_message("other names: %zu, left: %zu\n", n, left);
	assert_true(n >= 800);
	assert_true(left * 40 < n);
}

/* Some place that is not beside a digit of any writing. */
static size_t
clear_place(struct str text)
{
	for (;;) {
		size_t at = some_place(text), next = at, last = 0;

		for (size_t i = 0; i < at;) {
			last = i;
			(void)str_rune(text, &i);
		}
		if ((at == 0 || digit_of(str_rune(text, &last)) == 0) &&
		    (next == text.n || digit_of(str_rune(text, &next)) == 0))
			return at;
	}
}

/* TEXT's characters in another writing, with a GAP between some. */
static struct str
disguised(struct str text, const char *const forms[10], const char *gap)
{
	struct buf b;
	struct str out;

	buf_init(&b, 4096);
	for (size_t at = 0, from = 0; at < text.n; from = at) {
		uint32_t rune = str_rune(text, &at);

		if (from > 0 && random() % 3 == 0)
			buf_z(&b, gap);
		if (rune >= '0' && rune <= '9')
			buf_z(&b, forms[rune - '0']);
		else
			buf_str(&b, str_cut(text, from, at - from));
	}
	out = arena_str(arena, buf_get(&b));
	buf_fini(&b);
	return out;
}

/* What the caller gave goes, however they write it in the text. */
static void
test_what_was_given_goes_in_any_writing(void **state)
{
	static const char *const forms[][10] = {
		{ "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" },
		{ "０", "１", "２", "３", "４", "５", "６", "７", "８", "９" },
		{ "零", "幺", "二", "三", "四", "五", "六", "七", "八", "九" },
		{ "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九" },
		{ "零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖" },
		{ "⓪", "①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨" },
	};
	static const char *const gaps[] = { "", " ", "-", "　", "\n", ".", "·",
		"—", "_", "/", "*", "\xe2\x80\x8b" };
	size_t n_left = 0;

	(void)state;
	srandom(42);
	for (size_t i = 0; i < 6000; i++, arena_reset(arena)) {
		const struct day_report *r = &day.v[(size_t)random() % day.n];
		size_t form = (size_t)random() % ARRAY_LEN(forms);
		size_t gap = (size_t)random() % ARRAY_LEN(gaps);
		size_t kind = (size_t)random() % 3;
		struct msg_sealed_report given = {
			.name = some_name(),
			.phone = arena_printf(arena, "1%ld%09ld",
			    3 + random() % 7, random() % 1000000000),
			.id_number =
			    arena_printf(arena, "3301221%03ld%02ld%02ld%04ld",
				900 + random() % 100, 1 + random() % 12,
				1 + random() % 28, random() % 10000),
		};
		struct str it = disguised(kind == 0   ? given.name
					  : kind == 1 ? given.phone
						      : given.id_number,
		    forms[form], gaps[gap]);
		size_t at = clear_place(r->text);
		struct str text = arena_printf(arena, "%.*s%.*s%.*s",
		    STR_ARG(str_cut(r->text, 0, at)), STR_ARG(it),
		    STR_ARG(str_cut(r->text, at, r->text.n)));
		struct str out = scrub(text, &given);

		if (str_search(out, it) == out.n)
			continue;
		n_left++;
		print_error("%.*s\n%.*s\n", STR_ARG(it), STR_ARG(out));
	}
	assert_int_equal(n_left, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_given_goes_in_any_writing),
		cmocka_unit_test(test_numbers_put_anywhere_are_taken_out),
		cmocka_unit_test(test_other_peoples_names_are_found_as_well),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
