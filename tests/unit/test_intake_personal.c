/* Numbers in free text: common/msg/personal.c and what it stands on. */
#include "common/msg/personal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
check(const char *text, enum personal_kind kind, const char *what)
{
	struct str t = str_of(text);
	struct personal_hit hit = personal_find(t, 0);

	if (hit.kind != kind ||
	    (what != NULL && !str_is(str_cut(t, hit.from, hit.len), what)))
		print_error("%s: kind %d, \"%.*s\"\n", text, (int)hit.kind,
		    STR_ARG(str_cut(t, hit.from, hit.len)));
	assert_int_equal(hit.kind, kind);
	if (what != NULL)
		assert_true(str_is(str_cut(t, hit.from, hit.len), what));
}

static void
test_phones_are_found_however_they_are_written(void **state)
{
	static const char *const rows[][2] = {
		{ "电话13812345678找我", "13812345678" },
		{ "１３８１２３４５６７８", "１３８１２３４５６７８" },
		{ "138-1234-5678", "138-1234-5678" },
		{ "138 1234 5678。", "138 1234 5678" },
		{ "138.1234.5678", "138.1234.5678" },
		{ "138－1234－5678", "138－1234－5678" },
		{ "138——1234——5678", "138——1234——5678" },
		{ "138 - 1234 - 5678", "138 - 1234 - 5678" },
		{ "138，1234，5678", "138，1234，5678" },
		{ "138、1234、5678", "138、1234、5678" },
		{ "（138）1234 5678", "138）1234 5678" },
		{ "1000000-7190", "1000000-7190" },
		{ "1990000 0521", "1990000 0521" },
		{ "138 123 45678", "138 123 45678" },
		{ "1 3 8 1 2 3 4 5 6 7 8", "1 3 8 1 2 3 4 5 6 7 8" },
		{ "13 81 23 45 67 8 ", NULL },
		{ "+86 13812345678", NULL },
		{ "8613812345678", "8613812345678" },
		{ "008613812345678", "008613812345678" },
		{ "301室13812345678", "13812345678" },
		{ "1.13812345678", "13812345678" },
		{ "2026 138 1234 5678", "138 1234 5678" },
		{ "13812345678 13912345678", "13812345678" },
		{ "1381234567813912345678", "1381234567813912345678" },
		{ "30113812345678", "30113812345678" },
		{ "幺三八一二三四五六七八", "幺三八一二三四五六七八" },
		{ "一三八零零零零一二三四", "一三八零零零零一二三四" },
		{ "138一二三四5678", "138一二三四5678" },
		{ "①13812345678", "①13812345678" },
		{ "1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e312345678", NULL },
		{ "0571-64221234", "0571-64221234" },
		{ "（0571）64221234", "0571）64221234" },
		{ "0571 6422 1234", "0571 6422 1234" },
		{ "010-62221234", "010-62221234" },
		{ "057164221234", "057164221234" },
		{ "电话：64221234", "64221234" },
		{ "手机号是 6422-1234", "6422-1234" },
		{ "Tel. 64221234", "64221234" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i][1] != NULL)
			check(rows[i][0], PERSONAL_PHONE, rows[i][1]);
	check("+86 13812345678", PERSONAL_PHONE, NULL);
	check("1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e312345678", PERSONAL_PHONE,
	    NULL);
}

static void
test_other_personal_numbers_are_found(void **state)
{
	static const struct {
		const char *text;
		enum personal_kind kind;
		const char *what;
	} rows[] = {
		/* clang-format off */
		{ "身份证330122195812251979，", PERSONAL_IDENTITY, "330122195812251979" },
		{ "33012219790902336X，", PERSONAL_IDENTITY, "33012219790902336X" },
		{ "33012219790902336 x", PERSONAL_IDENTITY, "33012219790902336 x" },
		{ "33012219790902336Ｘ", PERSONAL_IDENTITY, "33012219790902336Ｘ" },
		{ "330122 19520817 5714", PERSONAL_IDENTITY, "330122 19520817 5714" },
		{ "330122-1952-0817-5714", PERSONAL_IDENTITY, "330122-1952-0817-5714" },
		{ "330122520817571", PERSONAL_IDENTITY, "330122520817571" },
		{ "33012219581225197913812345678", PERSONAL_IDENTITY, NULL },
		{ "护照号E12345678", PERSONAL_IDENTITY, "E12345678" },
		{ "证件号码：12345678", PERSONAL_IDENTITY, "12345678" },
		{ "6200 0000 0000 1234 567这张卡", PERSONAL_CARD, "6200 0000 0000 1234 567" },
		{ "6222021234567890123", PERSONAL_CARD, "6222021234567890123" },
		{ "4111111111111111", PERSONAL_CARD, "4111111111111111" },
		{ "银行卡号 123456789012", PERSONAL_CARD, "123456789012" },
		{ "浙A12345跑了", PERSONAL_PLATE, "浙A12345" },
		{ "浙A·12345", PERSONAL_PLATE, "浙A·12345" },
		{ "浙AD12345", PERSONAL_PLATE, "浙AD12345" },
		{ "浙 a 12345", PERSONAL_PLATE, "浙 a 12345" },
		{ "浙Ａ１２３４５", PERSONAL_PLATE, "浙Ａ１２３４５" },
		{ "浙A1234学停着", PERSONAL_PLATE, "浙A1234学" },
		{ "浙C0T222试，面包车", PERSONAL_PLATE, "浙C0T222试" },
		{ "微信号：ceshi_0001。", PERSONAL_ACCOUNT, "ceshi_0001" },
		{ "QQ 123456789", PERSONAL_ACCOUNT, "123456789" },
		{ "写信到 wang.hai@example.com 吧", PERSONAL_ACCOUNT, "wang.hai@example.com" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i].text, rows[i].kind, rows[i].what);
}

/* A text that is refused for nothing helps nobody. */
static void
test_ordinary_numbers_are_let_through(void **state)
{
	static const char *const rows[] = {
		"请再次拨打12345。",
		"请咨询12306，或拨打110报警",
		"预约热线967000",
		"2026-03-18 09:00:31",
		"2026年3月18日18时05分",
		"330122-26-0000417",
		"网格330122101212001第3户",
		"村码330122109215",
		"119.436468 29.93591",
		"139.436468 29.935910",
		"1974-2013-2023",
		"1993-2-18-2006",
		"15000-200000元",
		"1500-2000000元",
		"涨速0.09m/10min",
		"PM10 412 µg/m³",
		"TL2026031800012",
		"WG-109215001-260318-001",
		"smoke-0931-1773770729",
		"XF33012220260318001",
		"1,163人，超设定阈值1,000",
		"二〇〇六年我从外面回来",
		"五年十年，一万二千三百四十五",
		"新K1024次列车",
		"川A区3幢",
		"云B2机柜",
		"总额 12,345,678.90 元",
		"一二三四五六七八九十",
		"19812345",
		"①三层②灭火器③前台",
		"户号1234567890123",
		"请写信到 office@tonglu.gov.cn",
		"QQ群里",
		"微信小程序",
		"1 2 3 4 5 6 7 8 9 10 11",
		"5月1日、5月2日、5月3日",
		"38.5℃ 36.7℃ 37.2℃ 39.1℃",
		"id 4207849484",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i], PERSONAL_NONE, NULL);
}

static void
test_a_hit_lies_inside_the_text(void **state)
{
	static const char *const bits[] = { "1", "3", "8", "０", "九", " ", "-",
		"，", "浙", "A", "x", "@", ".", "电话", "微信", "\u200d", "⑤",
		"𝟗" };
	char text[400];

	(void)state;
	srandom(20260318);
	for (size_t i = 0; i < 50000; i++) {
		size_t n = 0;

		while (n < sizeof(text) - 8 && random() % 40 != 0) {
			const char *b =
			    bits[(size_t)random() % ARRAY_LEN(bits)];

			memcpy(text + n, b, strlen(b));
			n += strlen(b);
		}
		for (size_t at = 0; at < n;) {
			struct str t = { text, n };
			struct personal_hit hit = personal_find(t, at);

			assert_true(hit.from >= at && hit.from <= n);
			assert_true(hit.len <= n - hit.from);
			assert_true(str_utf8_ok(str_cut(t, hit.from, hit.len)));
			if (hit.kind == PERSONAL_NONE)
				break;
			assert_true(hit.len > 0);
			at = hit.from + hit.len;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_phones_are_found_however_they_are_written),
		cmocka_unit_test(test_other_personal_numbers_are_found),
		cmocka_unit_test(test_ordinary_numbers_are_let_through),
		cmocka_unit_test(test_a_hit_lies_inside_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
