/* Scrubbing: what must go, what must stay, and that it is done once. */
#include "services/intake/rules_scrub.h"
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

static void
check(const char *text, const char *want, const struct msg_sealed_report *given)
{
	struct str out = scrub(str_of(text), given);

	if (!str_is(out, want))
		print_error("%s ->\n%.*s\n", text, STR_ARG(out));
	assert_true(str_is(out, want));
	check_sound(out, given);
}

static void
test_everything_personal_of_the_day_is_gone(void **state)
{
	size_t n = 0, left = 0;

	(void)state;
	for (size_t i = 0; i < day.n; i++, arena_reset(arena)) {
		const struct day_report *r = &day.v[i];
		struct str out = scrub(r->text, &r->given);

		check_sound(out, &r->given);
		for (size_t k = 0; k < r->personal.n; k++, n++) {
			struct str p = r->personal.p[k];

			if (str_search(out, p) == out.n)
				continue;
			print_error("%.*s\n", STR_ARG(out));
			left++;
		}
		/* Labels, too, go as they were given. */
		if (str_runes(r->given.name) > 1)
			assert_true(str_search(out, r->given.name) == out.n);
		check_sound(scrub(r->place, &r->given), &r->given);
	}
	print_message("personal strings: %zu, left: %zu\n", n, left);
	assert_int_equal(n, 76);
	assert_int_equal(left, 0);
}

static size_t
marks_aside(struct str text)
{
	struct glyphs gs = glyphs_of(text, arena);
	size_t n = 0;

	for (size_t i = 0; i < gs.n; i++)
		n += !glyph_is_mark(gs.g[i]);
	return n;
}

static void
test_texts_without_personal_data_stay_as_they_are(void **state)
{
	size_t all = 0, gone = 0, touched = 0, n = 0;

	(void)state;
	for (size_t i = 0; i < day.n; i++, arena_reset(arena)) {
		const struct day_report *r = &day.v[i];
		struct str out;
		size_t before, after;

		if (r->personal.n > 0)
			continue;
		out = scrub(r->text, &r->given);
		before = str_runes(r->text);
		after = marks_aside(out);
		all += before;
		gone += before - after;
		touched += before != after;
		n++;
	}
	print_message("texts: %zu, touched: %zu; characters: %zu, gone: "
		      "%zu\n",
	    n, touched, all, gone);
	assert_true(gone * 1000 < all);
}

static void
test_names_go_by_what_stands_around_them(void **state)
{
	static const char *const rows[][2] = {
		{ "摊主陈志强说摊位费太贵", "摊主【姓名】说摊位费太贵" },
		{ "老板黄海燕讲要留给养猪的", "老板【姓名】讲要留给养猪的" },
		{ "车主高飞到场骂人", "车主【姓名】到场骂人" },
		{ "村民欧阳修平反映路灯不亮", "村民【姓名】反映路灯不亮" },
		{ "我爹叫缪根水，七十九", "我爹叫【姓名】，七十九" },
		{ "我叫崔万里，住在村口", "我叫【姓名】，住在村口" },
		{ "姓俞，电话10000004307", "姓【姓名】，电话【电话】" },
		{ "群主愿意出面，姓常建华。", "群主愿意出面，姓【姓名】。" },
		{ "王女士来电说", "【姓名】女士来电说" },
		{ "高某家和隔壁吵起来", "【姓名】家和隔壁吵起来" },
		{ "李某某打人", "【姓名】打人" },
		{ "朱建国反映门口积水", "【姓名】反映门口积水" },
		{ "怡华村二组裘美娟家井水发涩",
		    "怡华村二组【姓名】家井水发涩" },
		{ "来访人楼小红，身份证33012219790902336X，",
		    "来访人【姓名】，身份证【证件】，" },
		{ "老人某某甲，联系其女儿19900000316。",
		    "老人【姓名】，联系其女儿【电话】。" },
		{ "名字阿香婆，电话19900004408", "名字【姓名】，电话【电话】" },
		{ "他欠我钱，叫方子涵，请查", "他欠我钱，叫【姓名】，请查" },
		{ "五保户叫阿根师爷，住公寓", "五保户叫【姓名】，住公寓" },
		{ "要求重新核。赵成英。", "要求重新核。【姓名】。" },
		{ "张三丰，男，45岁，", "【姓名】，男，45岁，" },
		{ "家住分水镇徐桥自然村24号。", "家住【地址】。" },
		{ "住址：桐君街道迎春路8号2幢301室，急", "住址：【地址】，急" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		static const struct msg_sealed_report nobody;

		check(rows[i][0], rows[i][1], &nobody);
	}
}

static void
test_words_that_only_look_like_names_stay(void **state)
{
	static const char *const rows[] = {
		"老板马上就来，业主方面没有意见，村民高兴",
		"高速出口，黄泥直接冲进堂屋",
		"龙峰村反映：昨天三个外地人到村里",
		"方埠村村账每年只公布总支出",
		"请呼叫住建、执法。已叫停，已叫救护车",
		"老百姓又没叫他保管",
		"石阜村方氏宗祠门口",
		"钟山乡某石材加工点",
		"富春江镇一名渔民",
		"住户电话没人接",
		"市民来电：路灯坏了",
		"谢谢。",
		"毛竹林，水泥板，马路边",
		"江南，分水，横村，瑶琳",
	};
	static const struct msg_sealed_report nobody;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i], rows[i], &nobody);
}

static void
test_what_was_given_goes_wherever_it_stands(void **state)
{
	static const struct msg_sealed_report given = {
		.name = { "严志成等17人", 18 },
		.phone = { "0571-64221234", 13 },
		.id_number = { "E 1234 5678", 11 },
		.address = { "桐庐县分水镇大路村徐家弄24号2室", 45 },
	};
	static const char *const rows[][2] = {
		{ "代表 严 志成 签字", "代表 【姓名】 签字" },
		{ "打6422 1234", "打【电话】" },
		{ "证e12345678", "证【证件】" },
		{ "在徐家弄２４号２室", "在【地址】" },
		{ "大路村徐家弄24号2室楼下", "【地址】楼下" },
		{ "大路村口", "大路村口" },
	};
	static const struct msg_sealed_report label = {
		.name = { "姓名", 6 },
		.phone = { "12", 2 },
	};
	static const struct msg_sealed_report foreign = {
		.name = { "Li, Student B", 13 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i][0], rows[i][1], &given);
	/* Not inside a mark, and not half a word. */
	check("姓名12，电话19900000316", "【姓名】12，电话【电话】", &label);
	check("student b near Liuyan, LI!", "【姓名】 near Liuyan, 【姓名】!",
	    &foreign);
}

static void
test_a_cut_leaves_no_half_mark(void **state)
{
	struct str text = STR("电话【电话】说【姓名】");

	(void)state;
	for (size_t max = 0; max <= text.n; max++) {
		struct str cut = scrub_cut(text, max);
		struct glyphs gs = glyphs_of(cut, arena);

		assert_true(cut.n <= max && str_utf8_ok(cut));
		for (size_t i = 0; i < gs.n; i++)
			assert_true(gs.g[i] != 0x3010);
	}
	assert_true(str_eq(scrub_cut(text, text.n), text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_personal_of_the_day_is_gone),
		cmocka_unit_test(
		    test_texts_without_personal_data_stay_as_they_are),
		cmocka_unit_test(test_names_go_by_what_stands_around_them),
		cmocka_unit_test(test_words_that_only_look_like_names_stay),
		cmocka_unit_test(test_what_was_given_goes_wherever_it_stands),
		cmocka_unit_test(test_a_cut_leaves_no_half_mark),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
