/* Numbers in msgpack, and msgpack as JSON (common/msg/wire.h). */
#include "common/msg/wire.h"
#include "tests/lib/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* {"a": 1, "b": [nil, true, -5, 1.5, "呼"], "c": {"d": <2 bytes>}} */
static const char sample[] =
    "83 a1 61 01 a1 62 95 c0 c3 fb cb 3f f8 00 00 00 00 00 00"
    "a3 e5 91 bc a1 63 81 a1 64 c4 02 ff 00";

static void
test_whole_numbers_take_their_shortest_form_and_read_back(void **state)
{
	static const struct {
		int64_t v;
		size_t len;
	} rows[] = { { 0, 1 }, { 127, 1 }, { -1, 1 }, { -32, 1 }, { 128, 2 },
		{ 255, 2 }, { -33, 2 }, { -128, 2 }, { 256, 3 }, { 65535, 3 },
		{ -129, 3 }, { -32768, 3 }, { 65536, 5 }, { UINT32_MAX, 5 },
		{ -32769, 5 }, { INT32_MIN, 5 }, { (int64_t)UINT32_MAX + 1, 9 },
		{ INT64_MAX, 9 }, { (int64_t)INT32_MIN - 1, 9 },
		{ INT64_MIN, 9 } };
	struct wire_item item;
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str rest;

		buf_reset(&b);
		wire_put_i64(&b, rows[i].v);
		assert_int_equal(b.n, rows[i].len);
		rest = buf_get(&b);
		wire_read(&rest, &item);
		assert_int_equal(item.kind, KIND_INT);
		assert_true(item.i == rows[i].v);
		assert_int_equal(rest.n, 0);
	}
	buf_fini(&b);
}

/* Longer forms than needed are read all the same; a sender may use them. */
static void
test_every_form_of_a_number_is_read(void **state)
{
	static const struct {
		const char *hex;
		enum wire_kind kind;
		int64_t i;
	} rows[] = { { "cc 05", KIND_INT, 5 }, { "cd 00 05", KIND_INT, 5 },
		{ "ce 00 00 00 05", KIND_INT, 5 },
		{ "cf 00 00 00 00 00 00 00 05", KIND_INT, 5 },
		{ "d0 fb", KIND_INT, -5 }, { "d1 ff fb", KIND_INT, -5 },
		{ "d2 ff ff ff fb", KIND_INT, -5 },
		{ "d3 ff ff ff ff ff ff ff fb", KIND_INT, -5 },
		{ "cf 7f ff ff ff ff ff ff ff", KIND_INT, INT64_MAX },
		{ "cf 80 00 00 00 00 00 00 00", KIND_UINT, INT64_MIN },
		{ "cf ff ff ff ff ff ff ff ff", KIND_UINT, -1 } };
	struct wire_item item;
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str rest;

		buf_reset(&b);
		hex_put(&b, rows[i].hex);
		rest = buf_get(&b);
		wire_read(&rest, &item);
		assert_int_equal(item.kind, rows[i].kind);
		assert_true(item.i == rows[i].i);
	}
	buf_fini(&b);
}

static void
json_is(const char *hex, const char *expected)
{
	struct buf b, json;

	buf_init(&b, 256);
	buf_init(&json, 1024);
	hex_put(&b, hex);
	wire_json(buf_get(&b), &json);
	if (!str_is(buf_get(&json), expected))
		fail_msg("%.*s, not %s", STR_ARG(buf_get(&json)), expected);
	buf_fini(&json);
	buf_fini(&b);
}

static void
test_values_are_written_as_json(void **state)
{
	(void)state;
	json_is(sample, "{\"a\":1,\"b\":[null,true,-5,1.5,\"呼\"],"
			"\"c\":{\"d\":\"ff00\"}}");
	json_is("80", "{}");
	json_is("82 a1 61 90 a1 62 80", "{\"a\":[],\"b\":{}}");
	json_is("92 91 90 80", "[[[]],{}]");
	json_is("c2", "false");
	json_is("cf ff ff ff ff ff ff ff ff", "18446744073709551615");
	json_is("a5 09 0a 22 5c 7f", "\"\\u0009\\n\\\"\\\\\\u007f\"");
}

static void
test_floats_are_written_short_and_read_back(void **state)
{
	static const struct {
		double v;
		const char *text;
	} rows[] = { { 0.1, "0.1" }, { 29.768678, "29.768678" }, { 0, "0" },
		{ 1e15, "1e+15" }, { -119.5, "-119.5" },
		{ 1.0 / 3, "0.3333333333333333" }, { -0.0, "-0.0" },
		{ 5e-324, "4.94065645841247e-324" },
		{ 0.1 + 0.2, "0.30000000000000004" } };
	struct buf b, json;

	(void)state;
	buf_init(&b, 64);
	buf_init(&json, 64);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_reset(&b);
		buf_reset(&json);
		wire_put_f64(&b, rows[i].v);
		wire_json(buf_get(&b), &json);
		buf_char(&json, '\0');
		assert_string_equal(json.p, rows[i].text);
		assert_true(memcmp(&(double){ strtod(json.p, NULL) },
				&rows[i].v, sizeof(double)) == 0);
	}
	buf_fini(&json);
	buf_fini(&b);
	json_is("cb 7f f0 00 00 00 00 00 00", "null");
	json_is("cb 7f f8 00 00 00 00 00 00", "null");
}

static void
test_any_bytes_become_a_json_text(void **state)
{
	char bytes[24];
	uint64_t seed = 42;
	struct buf json;

	(void)state;
	buf_init(&json, 1024);
	for (int i = 0; i < 100000; i++) {
		size_t n = noise(&seed) % sizeof(bytes);

		for (size_t k = 0; k < n; k++)
			bytes[k] = (char)noise(&seed);
		buf_reset(&json);
		wire_json_str((struct str){ bytes, n }, &json);
		assert_true(json_sound(buf_get(&json)));
	}
	buf_reset(&json);
	wire_json_str(STR("a\xff\xe5\x91\xe5\x91\xbc"), &json);
	assert_true(str_is(buf_get(&json), "\"a\\ufffd\\ufffd\\ufffd呼\""));
	buf_fini(&json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_whole_numbers_take_their_shortest_form_and_read_back),
		cmocka_unit_test(test_every_form_of_a_number_is_read),
		cmocka_unit_test(test_values_are_written_as_json),
		cmocka_unit_test(test_floats_are_written_short_and_read_back),
		cmocka_unit_test(test_any_bytes_become_a_json_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
