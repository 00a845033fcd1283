/* Personal data that a machine can see (common/msg/personal.h). */
#include "common/msg/personal.h"

#include "common/base/id.h"
#include "tests/lib/hex.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define DAY "deploy/packs/tonglu/day.jsonl"

/* Numbers are made up: mobiles from 100 and 199 0000, wrong check digits. */
static const struct {
	const char *text;
	enum personal_kind kind;
	const char *hit; /* what must lie inside it */
} found[] = {
	{ "13800138000", PERSONAL_PHONE, "13800138000" },
	{ "电话19900004170）说", PERSONAL_PHONE, "19900004170" },
	{ "138-0013-8000", PERSONAL_PHONE, "138-0013-8000" },
	{ "138 0013 8000", PERSONAL_PHONE, "138 0013 8000" },
	{ "1990000 0521", PERSONAL_PHONE, "1990000 0521" },
	{ "电话1000000-7190说", PERSONAL_PHONE, "1000000-7190" },
	{ "＋86 １３８００１３８０００", PERSONAL_PHONE,
	    "１３８００１３８０００" },
	{ "+8613800138000", PERSONAL_PHONE, "13800138000" },
	{ "一三八零零一三八零零零", PERSONAL_PHONE, "一三八零零一三八零零零" },
	{ "幺三八〇〇幺三八〇〇〇", PERSONAL_PHONE, "幺三八〇〇幺三八〇〇〇" },
	{ "0571-64621234", PERSONAL_PHONE, "0571-64621234" },
	{ "(0571) 64621234", PERSONAL_PHONE, "64621234" },
	{ "座机64621234", PERSONAL_PHONE, "64621234" },
	{ "Tel: 6462 1234", PERSONAL_PHONE, "6462 1234" },
	{ "33012219790902336X", PERSONAL_IDENTITY, "33012219790902336X" },
	{ "33012219790902336x。", PERSONAL_IDENTITY, "33012219790902336x" },
	{ "330122 19520817 5714", PERSONAL_IDENTITY, "330122 19520817 5714" },
	{ "身份证330122198304167638，原件", PERSONAL_IDENTITY,
	    "330122198304167638" },
	{ "330122790902336", PERSONAL_IDENTITY, "330122790902336" },
	{ "护照号12345678", PERSONAL_IDENTITY, "12345678" },
	{ "浙A0T111试。", PERSONAL_PLATE, "浙A0T111试" },
	{ "浙C·0T222", PERSONAL_PLATE, "浙C·0T222" },
	{ "牌照 浙a12345 的车", PERSONAL_PLATE, "浙a12345" },
	{ "浙AD12345", PERSONAL_PLATE, "浙AD12345" },
	{ "6222021202034567890", PERSONAL_CARD, "6222021202034567890" },
	{ "6222 0212 0203 4567 890", PERSONAL_CARD, "6222 0212 0203 4567" },
	{ "银行卡号 123456789", PERSONAL_CARD, "123456789" },
	{ "zhang.san@example.com", PERSONAL_ACCOUNT, "zhang.san@example.com" },
	{ "微信号：abc_123", PERSONAL_ACCOUNT, "abc_123" },
	{ "加我QQ 123456", PERSONAL_ACCOUNT, "123456" },
};

static void
test_numbers_of_people_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(found); i++) {
		struct str text = str_of(found[i].text);
		struct personal_hit hit = personal_find(text, 0);
		size_t at = str_search(text, str_of(found[i].hit));

		if (hit.kind != found[i].kind)
			fail_msg(
			    "%s: %s", found[i].text, personal_name(hit.kind));
		assert_true(at < text.n);
		if (hit.from > at ||
		    hit.from + hit.len < at + strlen(found[i].hit))
			fail_msg("%s: only \"%.*s\"", found[i].text,
			    STR_ARG(str_cut(text, hit.from, hit.len)));
	}
}

static void
test_numbers_of_things_are_left_alone(void **state)
{
	static const char *const fine[] = { "", "无", "2026-03-18",
		"2026年3月18日09:30", "330122109215001", "330122-26-0000417",
		"330122-26-0000417/T1", "110、119、120都打了",
		"2012年8000元，2019年17平方", "12345热线", "96110",
		"水位8.91m，涨速0.09m/10min", "1 2 3 4 5", "公里桩K12+345",
		"持续148秒，00:06:12", "2023-2025三年", "15000-200000元",
		"电杆编号0931", "浙江省杭州市桐庐县", "a@b",
		"office@tonglu.gov.cn", "29.942447,119.441482",
		"方位角143°，俯角-4°，距离约2.1km", "第三页 第四页",
		/* Nothing may be read before its first digit. */
		"610000000000", "611111111111" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
		struct personal_hit hit = personal_find(str_of(fine[i]), 0);

		if (hit.kind != PERSONAL_NONE)
			fail_msg("%s: %s", fine[i], personal_name(hit.kind));
		assert_int_equal(hit.from, strlen(fine[i]));
	}
}

static void
test_every_hit_of_a_text_is_found_in_turn(void **state)
{
	static const enum personal_kind kinds[] = { PERSONAL_PHONE,
		PERSONAL_IDENTITY, PERSONAL_PLATE, PERSONAL_ACCOUNT };
	struct str text =
	    STR("电话13800138000，证33012219790902336X，车浙A12345，"
		"邮箱 a.b@example.com。");
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct personal_hit hit = personal_find(text, at);

		assert_int_equal(hit.kind, kinds[i]);
		assert_true(hit.from >= at && hit.len > 0);
		at = hit.from + hit.len;
	}
	assert_int_equal(personal_find(text, at).kind, PERSONAL_NONE);
}

/* A word of the alphabet that numbers and their surroundings are made of. */
static struct str
some_piece(uint64_t *seed)
{
	static const char *const pieces[] = { "1", "3", "8", "0", "9", "１",
		"五", "〇", "①", "-", " ", ".", "　", "X", "x", "浙", "A", "试",
		"电话", "身份证", "微信", "@", "com", "/", ",", "年", "🌳", "\n",
		"a", "_" };

	return str_of(pieces[noise(seed) % ARRAY_LEN(pieces)]);
}

static void
test_any_text_is_walked_to_its_end(void **state)
{
	uint64_t seed = 77;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (int i = 0; i < 20000; i++) {
		size_t at = 0, rounds = 0;

		buf_reset(&b);
		for (uint32_t n = noise(&seed) % 60; n > 0; n--)
			buf_str(&b, some_piece(&seed));
		for (;;) {
			struct personal_hit h = personal_find(buf_get(&b), at);

			if (h.kind == PERSONAL_NONE)
				break;
			assert_true(h.from >= at && h.len > 0);
			assert_true(h.from + h.len <= b.n);
			assert_true(
			    str_utf8_ok(str_cut(buf_get(&b), h.from, h.len)));
			at = h.from + h.len;
			assert_true(++rounds < 100);
		}
	}
	buf_fini(&b);
}

/* A text of the greatest length takes no time to speak of. */
static void
test_the_longest_texts_are_walked_in_one_go(void **state)
{
	static const char *const pieces[] = { "1", "1 ", "浙", "a", "a@",
		"微信", "一", "1-", "电话" };
	struct buf b;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		buf_init(&b, (size_t)16 * 1024);
		while (b.n + 8 < b.max)
			buf_z(&b, pieces[i]);
		(void)personal_find(buf_get(&b), 0);
		buf_fini(&b);
	}
}

static bool
has_digits(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text >= '0' && *text <= '9';
	return n >= 4;
}

/* Whether a hit in TEXT covers WHAT, but for a word before the number. */
static bool
covers(struct str text, struct str what)
{
	size_t from = str_search(text, what), at = 0;

	for (;;) {
		struct personal_hit h = personal_find(text, at);

		if (h.kind == PERSONAL_NONE)
			return false;
		if (h.from < from + what.n && h.from + h.len >= from + what.n)
			return true;
		at = h.from + h.len;
	}
}

static size_t
look_through(const json_t *report)
{
	const char *text =
	    json_string_value(json_object_get(report, "text_zh"));
	const json_t *planted =
	    json_object_get(json_object_get(report, "expect"), "pii_in_text");
	size_t i, n = 0;
	json_t *one;

	json_array_foreach(planted, i, one)
	{
		const char *what = json_string_value(one);

		if (!has_digits(what))
			continue; /* a name: intake's to know */
		n++;
		if (!covers(str_of(text), str_of(what)))
			fail_msg("%s is not found in: %s", what, text);
	}
	if (n == 0 && personal_find(str_of(text), 0).kind != PERSONAL_NONE)
		fail_msg("nothing was planted in: %s", text);
	return n;
}

static void
test_the_written_day_holds_what_was_planted_and_no_more(void **state)
{
	FILE *f = fopen(DAY, "r");
	char line[16384];
	size_t n = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		json_t *report = json_loads(line, 0, NULL);

		assert_non_null(report);
		n += look_through(report);
		json_decref(report);
	}
	assert_int_equal(fclose(f), 0);
	assert_true(n > 20);
}

/* The identity numbers are of people born in 1800. */
static void
test_numbers_of_people_are_found_in_codes(void **state)
{
	static const char *const phones[] = { "13800138000", "8613800138000",
		"+8613800138000", "/app/13800138000", "tel13800138000",
		"user_13800138000", "13800138000-1", "a/b:13800138000#2",
		"138-0013-8000", "tel-138-0013-8000", "138.0013.8000",
		"/wechat/138_00138000", "0571-64621234", "phone-0571-6462123",
		"010-64621234", "057164621234-1/01064621234", "13800138000x" };
	static const char *const identities[] = { "330122180001010018",
		"OF-330122180001010018", "33012218000101000X",
		"33012218000101000x", "/citizen/33012218000101000X/1",
		"id330122180001010018", "330122-18000101-0018" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(phones); i++)
		if (personal_in_code(str_of(phones[i])) != PERSONAL_PHONE)
			fail_msg("%s", phones[i]);
	for (size_t i = 0; i < ARRAY_LEN(identities); i++)
		if (personal_in_code(str_of(identities[i])) !=
		    PERSONAL_IDENTITY)
			fail_msg("%s", identities[i]);
}

static void
test_codes_of_things_are_left_alone(void **state)
{
	static const char *const fine[] = { "", "-", "/", "...", "a", "0",
		"/hotline/12345", "330122-26-0000417", "330122-26-0000417/T1",
		"330122109-CMD", "OF-LD-0001", "CA-001", "SR001",
		"330122109001001", "/grid/330122109001001",
		"20260318081500-00417", "150-20260318", "138-2026-0318",
		"0571-20260318", "1773784357000", "1773784357000123",
		"1773784357000123456", "00000000013800138000", "13800138",
		"138001380001", "10000000000", "12345678901", "e13800138000",
		"13800138000abc", "a13800138000b", "330122180001010028",
		"330122180013010021", "1-138-0013-8000", "138-0013-8000-1",
		"138-0013-800", "0001-64621234", "0571-1234567",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"13800138-0013-4800-8000-138001380001",
		"05716462-0571-4571-8571-057164621234", "2026-04",
		"report.submit" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fine); i++)
		if (personal_in_code(str_of(fine[i])) != PERSONAL_NONE)
			fail_msg("%s", fine[i]);
}

static struct str
random_of(const char *letters, size_t n, uint64_t *seed, char *text)
{
	size_t n_letters = strlen(letters);

	for (size_t i = 0; i < n; i++)
		text[i] = letters[noise(seed) % n_letters];
	return (struct str){ text, n };
}

/* Nobody chose these: many have 11 or 18 digits side by side. */
static void
test_no_random_id_is_anybodys_number(void **state)
{
	static const size_t lengths[] = { 8, 12, 16, 20, 24, 32, 40, 64 };
	static const char hex[] = "0123456789abcdef";
	static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	static const char nano[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				   "abcdefghijklmnopqrstuvwxyz-";
	uint64_t seed = 20260318;
	char t[80];

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		struct str s = random_of(hex, 36, &seed, t);

		t[8] = t[13] = t[18] = t[23] = '-';
		t[14] = i % 2 == 0 ? '4' : '7';
		assert_int_equal(personal_in_code(s), PERSONAL_NONE);
		s = random_of(hex, lengths[i % 8], &seed, t);
		assert_int_equal(personal_in_code(s), PERSONAL_NONE);
		if (i % 8 != 0)
			continue;
		s = random_of(crockford, 26, &seed, t);
		t[0] = '0';
		assert_int_equal(personal_in_code(s), PERSONAL_NONE);
		s = random_of(nano, 21, &seed, t);
		assert_int_equal(personal_in_code(s), PERSONAL_NONE);
	}
}

/* Of version 7, as they come: side by side and in order. */
static void
test_no_new_id_is_anybodys_number(void **state)
{
	char text[ID_TEXT];

	(void)state;
	for (int i = 0; i < 200000; i++)
		assert_int_equal(
		    personal_in_code(str_of(id_new(text))), PERSONAL_NONE);
}

static void
test_every_kind_has_a_name(void **state)
{
	(void)state;
	for (int k = PERSONAL_NONE; k <= PERSONAL_ACCOUNT; k++)
		assert_true(strlen(personal_name((enum personal_kind)k)) > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_of_people_are_found),
		cmocka_unit_test(test_numbers_of_things_are_left_alone),
		cmocka_unit_test(test_every_hit_of_a_text_is_found_in_turn),
		cmocka_unit_test(test_any_text_is_walked_to_its_end),
		cmocka_unit_test(test_the_longest_texts_are_walked_in_one_go),
		cmocka_unit_test(
		    test_the_written_day_holds_what_was_planted_and_no_more),
		cmocka_unit_test(test_numbers_of_people_are_found_in_codes),
		cmocka_unit_test(test_codes_of_things_are_left_alone),
		cmocka_unit_test(test_no_random_id_is_anybodys_number),
		cmocka_unit_test(test_no_new_id_is_anybodys_number),
		cmocka_unit_test(test_every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
