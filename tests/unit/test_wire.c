/* msgpack bytes from outside (common/msg/wire.h). */
#include "common/msg/plain.h"
#include "common/msg/wire.h"
#include "tests/lib/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Room for what is a byte too long, too. */
#define ROOM ((size_t)4 * WIRE_BODY_MAX)

/* {"a": 1, "b": [nil, true, -5, 1.5, "呼"], "c": {"d": <2 bytes>}} */
static const char sample[] =
    "83 a1 61 01 a1 62 95 c0 c3 fb cb 3f f8 00 00 00 00 00 00"
    "a3 e5 91 bc a1 63 81 a1 64 c4 02 ff 00";

static const char *
code_of(struct str body, struct wire_fault *fault)
{
	bool ok = wire_check(body, fault);

	assert_int_equal(ok, fault->code == NULL);
	return ok ? "" : fault->code;
}

/* B1-B23 of the catalogue of bad input, as far as they are bytes. */
static const struct bad {
	const char *hex;
	const char *code;
	const char *key; /* where */
} bad[] = {
	{ "", "FRAME_EMPTY", "" },
	{ "c0", "NOT_A_MAP", "" },
	{ "01", "NOT_A_MAP", "" },
	{ "90", "NOT_A_MAP", "" },
	{ "91 80", "NOT_A_MAP", "" },
	{ "a0", "NOT_A_MAP", "" },
	{ "c1", "BAD_TYPE", "" },
	{ "80 00", "TRAILING_BYTES", "" },
	{ "80 80", "TRAILING_BYTES", "" },
	{ "81", "LENGTH_OVERRUN", "" },
	{ "81 a1 61", "TRUNCATED", "a" },
	{ "82 a1 61 01", "LENGTH_OVERRUN", "" },
	{ "de 00", "TRUNCATED", "" },
	/* What they claim would cost gigabytes. */
	{ "dd ff 00 00 00", "LENGTH_OVERRUN", "" },
	{ "dd 0f ff ff ff", "LENGTH_OVERRUN", "" },
	{ "df ff ff ff ff", "LENGTH_OVERRUN", "" },
	{ "81 a1 61 dd 0f ff ff ff", "LENGTH_OVERRUN", "a" },
	{ "81 a1 61 db ff ff ff ff 00", "LENGTH_OVERRUN", "a" },
	{ "81 a1 61 c6 ff ff ff ff 00", "LENGTH_OVERRUN", "a" },
	{ "81 a1 61 c9 ff ff ff ff 00", "BAD_TYPE", "a" },
	{ "81 a1 61 d4 ff 00", "BAD_TYPE", "a" },
	{ "81 a1 61 d7 ff 00 00 00 00 00 00 00 00", "BAD_TYPE", "a" },
	{ "81 a1 61 c1", "BAD_TYPE", "a" },
	{ "81 01 01", "KEY_NOT_TEXT", "" },
	{ "81 c4 01 61 01", "KEY_NOT_TEXT", "" },
	{ "81 a1 61 81 80 01", "KEY_NOT_TEXT", "a" },
	{ "82 a1 61 01 a1 61 02", "DUPLICATE_KEY", "a" },
	/* The same key in another form of string. */
	{ "82 a1 61 01 d9 01 61 02", "DUPLICATE_KEY", "a" },
	{ "81 a1 7a 82 a1 61 01 a1 61 02", "DUPLICATE_KEY", "a" },
	/* GB18030, an overlong slash, a surrogate, a lone continuation. */
	{ "81 a1 61 a4 ba f4 d3 a6", "BAD_UTF8", "a" },
	{ "81 a1 61 a2 c0 af", "BAD_UTF8", "a" },
	{ "81 a1 61 a3 ed a0 80", "BAD_UTF8", "a" },
	{ "81 a1 61 a1 80", "BAD_UTF8", "a" },
	{ "81 a1 61 92 01 a1 80", "BAD_UTF8", "a" },
	{ "81 a1 80 01", "BAD_UTF8", "" },
	{ "81 a1 61 81 a1 80 01", "BAD_UTF8", "a" },
	{ "81 a1 61 81 a1 62 a1 80", "BAD_UTF8", "b" },
	/* NUL, ESC, CR LF, DEL, U+0085, U+200B, U+2028, U+202E, U+FEFF. */
	{ "81 a1 61 a1 00", "CONTROL_CHAR", "a" },
	{ "81 a1 61 a4 1b 5b 32 4a", "CONTROL_CHAR", "a" },
	{ "81 a1 61 a2 0d 0a", "CONTROL_CHAR", "a" },
	{ "81 a1 61 a1 7f", "CONTROL_CHAR", "a" },
	{ "81 a1 61 a2 c2 85", "CONTROL_CHAR", "a" },
	{ "81 a1 61 a3 e2 80 8b", "CONTROL_CHAR", "a" },
	{ "81 a1 61 a3 e2 80 a8", "CONTROL_CHAR", "a" },
	{ "81 a1 61 a3 e2 80 ae", "CONTROL_CHAR", "a" },
	{ "81 a1 61 a3 ef bb bf", "CONTROL_CHAR", "a" },
	/* A digit nobody sees, and no character at all. */
	{ "81 a1 61 a4 f3 a0 80 b0", "CONTROL_CHAR", "a" },
	{ "81 a1 61 a3 ef bf bf", "CONTROL_CHAR", "a" },
	{ "81 a1 1b 01", "CONTROL_CHAR", "" },
};

static void
test_bad_bytes_are_refused_with_code_and_place(void **state)
{
	struct wire_fault fault;
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		buf_reset(&b);
		hex_put(&b, bad[i].hex);
		if (strcmp(code_of(buf_get(&b), &fault), bad[i].code) != 0)
			fail_msg("%s: %s, not %s", bad[i].hex, fault.code,
			    bad[i].code);
		if (!str_is(fault.key, bad[i].key))
			fail_msg(
			    "%s: at \"%.*s\"", bad[i].hex, STR_ARG(fault.key));
		assert_true(fault.offset <= b.n);
		assert_true(strlen(wire_words(fault.code)) > 5);
		assert_string_not_equal(
		    wire_words(fault.code), wire_words("?"));
	}
	buf_fini(&b);
}

static void
test_sound_maps_pass(void **state)
{
	static const char *const rows[] = { "80", "de 00 00", "df 00 00 00 00",
		sample, "81 a0 01", "81 a1 61 cf ff ff ff ff ff ff ff ff",
		"81 a1 61 dc 00 01 80", "81 a1 61 a2 09 0a",
		"81 a1 61 ca 7f c0 00 00" };
	struct wire_fault fault;
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_reset(&b);
		hex_put(&b, rows[i]);
		assert_string_equal(code_of(buf_get(&b), &fault), "");
		assert_int_equal(fault.key.n, 0);
	}
	buf_fini(&b);
}

static void
test_every_truncation_is_rejected(void **state)
{
	struct wire_fault fault;
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	hex_put(&b, sample);
	for (size_t n = 0; n < b.n; n++) {
		/* A copy, so that a byte too far is one too far for ASan. */
		char *copy = xmalloc(n > 0 ? n : 1);

		memcpy(copy, b.p, n);
		assert_false(wire_check((struct str){ copy, n }, &fault));
		free(copy);
	}
	assert_true(wire_check(buf_get(&b), &fault));
	buf_fini(&b);
}

/* {"a": {"a": ... 1}}, DEPTH maps */
static void
put_nested(struct buf *b, size_t depth)
{
	buf_reset(b);
	for (size_t i = 0; i < depth; i++)
		hex_put(b, "81 a1 61");
	hex_put(b, "01");
}

static void
test_nesting_stops_at_eight(void **state)
{
	static const size_t deeper[] = { WIRE_DEPTH_MAX + 1, 33, 10000 };
	struct wire_fault fault;
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	put_nested(&b, WIRE_DEPTH_MAX);
	assert_string_equal(code_of(buf_get(&b), &fault), "");
	for (size_t i = 0; i < ARRAY_LEN(deeper); i++) {
		put_nested(&b, deeper[i]);
		assert_string_equal(code_of(buf_get(&b), &fault), "TOO_DEEP");
		assert_true(str_is(fault.key, "a"));
	}
	buf_fini(&b);
}

/* {"a": [N nils]}; the map, its key and the list are values as well. */
static const char *
code_of_nils(struct buf *b, size_t n, struct wire_fault *fault)
{
	buf_reset(b);
	wire_put_map(b, 1);
	wire_put_str(b, STR("a"));
	wire_put_array(b, n);
	for (size_t i = 0; i < n; i++)
		wire_put_nil(b);
	return code_of(buf_get(b), fault);
}

static const char *
code_of_keys(struct buf *b, size_t n, struct wire_fault *fault)
{
	char key[24];

	buf_reset(b);
	wire_put_map(b, n);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(key, sizeof(key), "k%zu", i);
		wire_put_str(b, str_of(key));
		wire_put_nil(b);
	}
	return code_of(buf_get(b), fault);
}

static const char *
code_of_text(
    struct buf *b, size_t n_key, size_t n_text, struct wire_fault *fault)
{
	char *text = xmalloc(n_key + n_text + 1);

	memset(text, 'x', n_key + n_text + 1);
	buf_reset(b);
	wire_put_map(b, 1);
	wire_put_str(b, (struct str){ text, n_key });
	wire_put_str(b, (struct str){ text, n_text });
	free(text);
	return code_of(buf_get(b), fault);
}

static void
test_every_bound_holds_to_the_last_one(void **state)
{
	struct wire_fault f;
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	assert_string_equal(code_of_nils(&b, WIRE_NODES_MAX - 3, &f), "");
	assert_string_equal(
	    code_of_nils(&b, WIRE_NODES_MAX - 2, &f), "TOO_MANY_NODES");
	assert_string_equal(code_of_nils(&b, 65000, &f), "TOO_MANY_NODES");
	assert_string_equal(code_of_keys(&b, WIRE_KEYS_MAX, &f), "");
	assert_string_equal(
	    code_of_keys(&b, WIRE_KEYS_MAX + 1, &f), "TOO_MANY_KEYS");
	assert_true(str_is(f.key, "k64"));
	assert_string_equal(
	    code_of_text(&b, WIRE_KEY_MAX, WIRE_STR_MAX, &f), "");
	assert_string_equal(
	    code_of_text(&b, WIRE_KEY_MAX + 1, 1, &f), "KEY_TOO_LONG");
	assert_int_equal(f.key.n, WIRE_KEY_MAX);
	assert_string_equal(
	    code_of_text(&b, 1, WIRE_STR_MAX + 1, &f), "TOO_LONG");
	assert_true(str_is(f.key, "x"));
	buf_reset(&b);
	while (b.n <= WIRE_BODY_MAX)
		wire_put_nil(&b);
	assert_string_equal(code_of(buf_get(&b), &f), "TOO_LONG");
	buf_fini(&b);
}

/* What a refusal names goes back to the sender, and must be text itself. */
static void
test_a_long_key_is_cut_between_characters(void **state)
{
	struct wire_fault f;
	struct buf b, key;

	(void)state;
	buf_init(&b, ROOM);
	buf_init(&key, ROOM);
	buf_char(&key, 'x');
	while (key.n <= WIRE_KEY_MAX)
		buf_z(&key, "呼");
	wire_put_map(&b, 1);
	wire_put_str(&b, buf_get(&key));
	wire_put_nil(&b);
	assert_string_equal(code_of(buf_get(&b), &f), "KEY_TOO_LONG");
	assert_true(f.key.n > 0 && f.key.n <= WIRE_KEY_MAX);
	assert_true(str_utf8_ok(f.key));
	buf_fini(&key);
	buf_fini(&b);
}

static void
test_plain_text_is_what_people_write(void **state)
{
	static const uint32_t fine[] = { '\t', '\n', ' ', '~', 0xa0, 0xe9,
		0x200c, 0x200d, 0x3000, 0x4e00, 0xff10, 0x1f600, 0x20000 };
	static const uint32_t unwanted[] = { 0, 7, 0x0b, '\r', 0x1b, 0x7f, 0x80,
		0x9f, 0x61c, 0x200b, 0x200f, 0x2029, 0x202a, 0x2060, 0x2069,
		0xfdd0, 0xfeff, 0xfffe, 0x1ffff, 0xe0041 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fine); i++)
		assert_true(plain_rune(fine[i]));
	for (size_t i = 0; i < ARRAY_LEN(unwanted); i++)
		assert_false(plain_rune(unwanted[i]));
	assert_true(plain_ok(STR("")));
	assert_true(plain_ok(STR("呼 ying\t应\n")));
	assert_false(plain_ok(STR("a\033[2J")));
}

/* Everything that reads checked bytes, over B. */
static void
walk(struct str body, struct buf *json)
{
	struct str rest = body;

	assert_int_equal(wire_skip(&rest).n, body.n);
	assert_int_equal(rest.n, 0);
	assert_int_equal(wire_find(body, STR("no such key")).n, 0);
	buf_reset(json);
	wire_json(body, json);
	assert_false(json->failed);
	assert_true(json_sound(buf_get(json)));
}

static void
test_mutated_bytes_are_refused_or_read_without_harm(void **state)
{
	uint64_t seed = 0x7e55;
	struct buf b, json;
	size_t passed = 0;

	(void)state;
	buf_init(&json, ROOM);
	for (int i = 0; i < 200000; i++) {
		struct wire_fault fault;

		buf_init(&b, ROOM);
		hex_put(&b, sample);
		noise_mutate(&b, &seed);
		if (wire_check(buf_get(&b), &fault)) {
			walk(buf_get(&b), &json);
			passed++;
		} else {
			assert_true(str_utf8_ok(fault.key));
			assert_true(plain_ok(fault.key));
		}
		buf_fini(&b);
	}
	assert_true(passed > 1000);
	buf_fini(&json);
}

static void
test_a_key_is_found_among_others(void **state)
{
	struct wire_item item;
	struct str v;
	struct buf b;

	(void)state;
	buf_init(&b, 256);
	hex_put(&b, sample);
	v = wire_find(buf_get(&b), STR("c"));
	assert_int_equal(v.n, 7);
	v = wire_find(v, STR("d"));
	wire_read(&v, &item);
	assert_int_equal(item.kind, KIND_BIN);
	assert_int_equal(item.s.n, 2);
	assert_int_equal(wire_find(buf_get(&b), STR("d")).n, 0);
	assert_int_equal(wire_find(buf_get(&b), STR("")).n, 0);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_bad_bytes_are_refused_with_code_and_place),
		cmocka_unit_test(test_sound_maps_pass),
		cmocka_unit_test(test_every_truncation_is_rejected),
		cmocka_unit_test(test_nesting_stops_at_eight),
		cmocka_unit_test(test_every_bound_holds_to_the_last_one),
		cmocka_unit_test(test_a_long_key_is_cut_between_characters),
		cmocka_unit_test(test_plain_text_is_what_people_write),
		cmocka_unit_test(
		    test_mutated_bytes_are_refused_or_read_without_harm),
		cmocka_unit_test(test_a_key_is_found_among_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
