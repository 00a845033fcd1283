/* Messages by their descriptors: decode, encode, check (common/msg/msg.h). */
#include "common/msg/wire.h"
#include "tests/lib/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void
test_every_message_survives_the_round_trip(void **state)
{
	struct codec *c = *state;
	struct wire_fault fault;

	for (size_t i = 0; i < 20 * msg_count; i++) {
		const struct msg_desc *d = msg_all[i % msg_count];
		void *there = codec_object(c, d), *back = codec_object(c, d);

		sample_fill(d, there, (enum sample_how)(i / msg_count % 3),
		    c->arena, &c->seed);
		buf_reset(&c->body);
		msg_encode(d, there, &c->body);
		assert_true(wire_check(buf_get(&c->body), &fault));
		codec_forget_faults(c);
		if (msg_decode(d, buf_get(&c->body), MSG_STRICT, back, c->arena,
			&c->faults) != RC_OK)
			fail_msg("%s: %.*s", d->type,
			    STR_ARG(buf_get(&c->faults.text)));
		assert_true(sample_equal(d, there, back));
		buf_reset(&c->other);
		msg_encode(d, back, &c->other);
		assert_true(str_eq(buf_get(&c->body), buf_get(&c->other)));
		assert_int_equal(
		    msg_check(d, there, MSG_STRICT, &c->faults), RC_OK);
		buf_reset(&c->other);
		msg_json(d, there, &c->other);
		assert_true(json_sound(buf_get(&c->other)));
		arena_reset(c->arena);
	}
}

/* The pairs of the map in BODY, last one first. */
static void
reverse(struct str body, struct buf *out)
{
	struct str pair[WIRE_KEYS_MAX], rest = body;
	struct wire_item map;
	size_t n = 0;

	wire_read(&rest, &map);
	for (uint32_t i = 0; i < map.n; i++) {
		struct str key = wire_skip(&rest), value = wire_skip(&rest);

		pair[n++] = (struct str){ key.p, key.n + value.n };
	}
	buf_reset(out);
	wire_put_map(out, n);
	while (n > 0)
		buf_str(out, pair[--n]);
}

static void
test_the_order_of_keys_does_not_matter_but_is_mended(void **state)
{
	struct codec *c = *state;

	for (size_t i = 0; i < msg_count; i++) {
		const struct msg_desc *d = msg_all[i];
		void *there = codec_object(c, d), *back = codec_object(c, d);

		sample_fill(d, there, SAMPLE_FULL, c->arena, &c->seed);
		buf_reset(&c->body);
		msg_encode(d, there, &c->body);
		reverse(buf_get(&c->body), &c->other);
		assert_int_equal(msg_decode(d, buf_get(&c->other), MSG_STRICT,
				     back, c->arena, NULL),
		    RC_OK);
		assert_true(sample_equal(d, there, back));
		arena_reset(c->arena);
	}
}

static void
test_unknown_fields_are_refused_outside_and_skipped_inside(void **state)
{
	const struct msg_desc *d = &msg_call_sign_desc;
	struct codec *c = *state;

	wire_put_map(&c->body, 4);
	wire_put_str(&c->body, STR("call"));
	wire_put_str(&c->body, STR("330122-26-0000417/C1"));
	wire_put_str(&c->body, STR("mood"));
	hex_put(&c->body, "82 a1 61 92 01 02 a1 62 c0");
	wire_put_str(&c->body, STR("unit"));
	wire_put_str(&c->body, STR("330122-D-SCJ"));
	wire_put_str(&c->body, STR(""));
	wire_put_nil(&c->body);
	assert_int_equal(
	    codec_decode(c, d, buf_get(&c->body), MSG_STRICT), RC_REJECT);
	assert_string_equal(c->faults.code, "UNKNOWN_FIELD");
	assert_string_equal(c->faults.field, "mood");
	assert_int_equal(c->faults.n, 2);
	assert_int_equal(
	    codec_decode(c, d, buf_get(&c->body), MSG_LENIENT), RC_OK);
}

static void
test_every_missing_field_is_named_and_all_at_once(void **state)
{
	struct codec *c = *state;

	for (size_t i = 0; i < msg_count; i++) {
		const struct msg_desc *d = msg_all[i];
		size_t n = 0;

		for (size_t k = 0; k < d->n_fields; k++)
			n += d->fields[k].need == REQUIRED;
		assert_int_equal(codec_decode(c, d, STR("\x80"), MSG_STRICT),
		    n > 0 ? RC_REJECT : RC_OK);
		n = 0;
		for (size_t k = 0; k < d->n_fields; k++) {
			const char *name = d->fields[k].name;

			if (d->fields[k].need != REQUIRED)
				continue;
			n++;
			assert_true(str_search(buf_get(&c->faults.text),
					str_of(name)) < c->faults.text.n);
		}
		assert_int_equal(c->faults.n, n);
		assert_string_equal(c->faults.code, "FIELD_MISSING");
	}
}

/* null and "" are ways to leave a field out. */
static void
test_null_and_empty_text_are_absent(void **state)
{
	struct codec *c = *state;

	wire_put_map(&c->body, 3);
	wire_put_str(&c->body, STR("task"));
	wire_put_nil(&c->body);
	wire_put_str(&c->body, STR("unit"));
	wire_put_str(&c->body, STR(""));
	wire_put_str(&c->body, STR("officer"));
	wire_put_str(&c->body, STR(""));
	assert_int_equal(
	    codec_decode(c, &msg_task_sign_desc, buf_get(&c->body), MSG_STRICT),
	    RC_REJECT);
	assert_int_equal(c->faults.n, 2);
	assert_string_equal(c->faults.code, "FIELD_MISSING");
	assert_string_equal(c->faults.field, "task");
}

static void
test_all_faults_are_told_at_once(void **state)
{
	struct codec *c = *state;

	wire_put_map(&c->body, 4);
	wire_put_str(&c->body, STR("class"));
	wire_put_str(&c->body, STR("urgent"));
	wire_put_str(&c->body, STR("colour"));
	wire_put_str(&c->body, STR("red"));
	wire_put_str(&c->body, STR("reason"));
	wire_put_i64(&c->body, 7);
	wire_put_str(&c->body, STR("unit"));
	wire_put_str(&c->body, STR("a b"));
	assert_int_equal(codec_decode(c, &msg_call_raise_desc,
			     buf_get(&c->body), MSG_STRICT),
	    RC_REJECT);
	buf_char(&c->faults.text, '\0');
	assert_string_equal(c->faults.text.p,
	    "class: must be one of emergency|work|tough|community; "
	    "colour: no such field; reason: must be text; "
	    "unit: must be a unit code such as 330122109-CMD; "
	    "casefile: is required; main: is required");
	assert_int_equal(c->faults.n, 6);
}

/* What is told goes out as text: it must be text, however long the names. */
static void
test_faults_stay_text_however_many_they_are(void **state)
{
	struct codec *c = *state;
	struct buf key;

	buf_init(&key, 128);
	wire_put_map(&c->body, 60);
	for (int i = 0; i < 60; i++) {
		buf_reset(&key);
		buf_printf(&key, "%02d", i);
		while (key.n <= WIRE_KEY_MAX - 3)
			buf_z(&key, "键");
		wire_put_str(&c->body, buf_get(&key));
		wire_put_nil(&c->body);
	}
	buf_fini(&key);
	(void)codec_decode(
	    c, &msg_call_sign_desc, buf_get(&c->body), MSG_STRICT);
	assert_true(c->faults.n >= 60);
	assert_true(str_utf8_ok(buf_get(&c->faults.text)));
	assert_true(str_utf8_ok(str_of(c->faults.field)));
	assert_true(c->faults.text.n <= 4096);
	codec_forget_faults(c);
	faults_add(&c->faults, "CODE",
	    STR("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"),
	    "%s", "");
	assert_true(str_utf8_ok(str_of(c->faults.field)));
	assert_true(strlen(c->faults.field) > 70);
}

static void
test_mutated_messages_are_refused_or_read_without_harm(void **state)
{
	struct codec *c = *state;
	size_t read = 0;

	for (size_t i = 0; i < 300 * msg_count; i++) {
		const struct msg_desc *d = msg_all[i % msg_count];
		void *obj = codec_object(c, d);
		struct wire_fault fault;

		sample_fill(d, obj, SAMPLE_FULL, c->arena, &c->seed);
		buf_reset(&c->body);
		msg_encode(d, obj, &c->body);
		noise_mutate(&c->body, &c->seed);
		if (wire_check(buf_get(&c->body), &fault)) {
			read += codec_decode(c, d, buf_get(&c->body),
				    MSG_LENIENT) == RC_OK;
			(void)codec_decode(c, d, buf_get(&c->body), MSG_STRICT);
		}
		arena_reset(c->arena);
	}
	assert_true(read > msg_count);
}

static void
test_there_is_one_zero(void **state)
{
	const struct msg_desc *d = &msg_proposal_desc;
	struct msg_proposal p = { .score = 1 };
	struct codec *c = *state;

	wire_put_map(&c->body, 2);
	wire_put_str(&c->body, STR("matter"));
	wire_put_str(&c->body, STR("CA-001"));
	wire_put_str(&c->body, STR("score"));
	wire_put_f64(&c->body, -0.0);
	assert_int_equal(
	    msg_decode(d, buf_get(&c->body), MSG_STRICT, &p, c->arena, NULL),
	    RC_OK);
	assert_memory_equal(&p.score, &(double){ 0.0 }, sizeof(double));
}

static void
test_objects_of_our_own_are_checked_alike(void **state)
{
	struct msg_task_sign m = { .task = STR("330122-26-0000417/T1"),
		.unit = STR("330122-D-SCJ") };
	struct codec *c = *state;

	assert_int_equal(
	    msg_check(&msg_task_sign_desc, &m, MSG_STRICT, &c->faults), RC_OK);
	m.unit = (struct str){ NULL, 0 };
	assert_int_equal(
	    msg_check(&msg_task_sign_desc, &m, MSG_STRICT, &c->faults),
	    RC_REJECT);
	assert_string_equal(c->faults.code, "FIELD_MISSING");
	assert_string_equal(c->faults.field, "unit");
	codec_forget_faults(c);
	m.unit = STR("\xff");
	assert_int_equal(
	    msg_check(&msg_task_sign_desc, &m, MSG_STRICT, &c->faults),
	    RC_REJECT);
	assert_string_equal(c->faults.code, "BAD_UTF8");
	assert_string_equal(c->faults.field, "unit");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CODEC_TEST(test_every_message_survives_the_round_trip),
		CODEC_TEST(
		    test_the_order_of_keys_does_not_matter_but_is_mended),
		CODEC_TEST(
		    test_unknown_fields_are_refused_outside_and_skipped_inside),
		CODEC_TEST(test_every_missing_field_is_named_and_all_at_once),
		CODEC_TEST(test_null_and_empty_text_are_absent),
		CODEC_TEST(test_all_faults_are_told_at_once),
		CODEC_TEST(test_faults_stay_text_however_many_they_are),
		CODEC_TEST(
		    test_mutated_messages_are_refused_or_read_without_harm),
		CODEC_TEST(test_there_is_one_zero),
		CODEC_TEST(test_objects_of_our_own_are_checked_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
