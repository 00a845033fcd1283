/* Fields from outside that are refused: the catalogue of bad input. */
#include "common/msg/wire.h"
#include "tests/lib/codec.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* One field of one message with a bad value: B30 and B41-B50. */
static const struct bad {
	const struct msg_desc *d;
	const char *field;
	const char *hex; /* of the value */
	const char *code;
} bad[] = {
	/* Wrong kind of value. */
	{ &msg_call_grade_desc, "score", "cb 40 14 00 00 00 00 00 00",
	    "WRONG_TYPE" },
	{ &msg_call_grade_desc, "score", "a1 35", "WRONG_TYPE" },
	{ &msg_call_grade_desc, "score", "c3", "WRONG_TYPE" },
	{ &msg_call_grade_desc, "score", "91 05", "WRONG_TYPE" },
	{ &msg_call_grade_desc, "unit", "05", "WRONG_TYPE" },
	{ &msg_call_grade_desc, "unit", "c4 01 61", "WRONG_TYPE" },
	{ &msg_call_grade_desc, "unit", "80", "WRONG_TYPE" },
	{ &msg_report_submit_desc, "urgent", "01", "WRONG_TYPE" },
	{ &msg_report_submit_desc, "urgent", "a3 79 65 73", "WRONG_TYPE" },
	{ &msg_report_submit_desc, "occurred_at", "00", "WRONG_TYPE" },
	{ &msg_report_submit_desc, "attachments", "80", "WRONG_TYPE" },
	{ &msg_report_submit_desc, "attachments", "91 a0", "WRONG_TYPE" },
	{ &msg_call_raise_desc, "approvers", "a1 61", "WRONG_TYPE" },
	{ &msg_call_raise_desc, "approvers", "92 a1 61 01", "WRONG_TYPE" },
	{ &msg_call_raise_desc, "approvers", "91 82 a1 61 01 a1 62 02",
	    "WRONG_TYPE" },
	{ &msg_call_raise_desc, "approvers", "92 81 a1 61 92 01 02 a1 62",
	    "WRONG_TYPE" },
	/* Numbers nobody can hold. */
	{ &msg_call_grade_desc, "score", "cf 80 00 00 00 00 00 00 00",
	    "OUT_OF_RANGE" },
	{ &msg_call_grade_desc, "score", "cf ff ff ff ff ff ff ff ff",
	    "OUT_OF_RANGE" },
	{ &msg_report_submit_desc, "lat", "cf ff ff ff ff ff ff ff ff",
	    "OUT_OF_RANGE" },
	{ &msg_report_submit_desc, "lat", "cb 7f f8 00 00 00 00 00 00",
	    "NOT_FINITE" },
	{ &msg_report_submit_desc, "lat", "cb 7f f0 00 00 00 00 00 00",
	    "NOT_FINITE" },
	{ &msg_report_submit_desc, "lat", "cb ff f0 00 00 00 00 00 00",
	    "NOT_FINITE" },
	{ &msg_report_submit_desc, "lat", "ca 7f c0 00 00", "NOT_FINITE" },
	{ &msg_report_submit_desc, "lat", "cb 7f e1 cc f3 85 eb c8 a0",
	    "NOT_FINITE" },
	/* An empty entry, a wrong one, one too few. */
	{ &msg_call_raise_desc, "approvers", "91 a0", "BAD_FORMAT" },
	{ &msg_report_submit_desc, "attachments", "91 80", "FIELD_MISSING" },
	{ &msg_report_submit_desc, "attachments",
	    "91 81 a3 75 72 6c a8 66 69 6c 65 3a 2f 2f 2f", "UNKNOWN_FIELD" },
};

/* A sample of D with FIELD set to VALUE, or FIELD appended. */
static void
put_with(struct codec *c, const struct msg_desc *d, const char *field,
    struct str value)
{
	void *obj = codec_object(c, d);
	struct wire_item map;
	struct str rest;

	sample_fill(d, obj, SAMPLE_FULL, c->arena, &c->seed);
	buf_reset(&c->other);
	msg_encode(d, obj, &c->other);
	rest = buf_get(&c->other);
	wire_read(&rest, &map);
	buf_reset(&c->body);
	wire_put_map(&c->body, map.n);
	for (uint32_t i = 0; i < map.n; i++) {
		struct wire_item key;
		struct str old;

		wire_read(&rest, &key);
		old = wire_skip(&rest);
		wire_put_str(&c->body, key.s);
		buf_str(&c->body, str_is(key.s, field) ? value : old);
	}
}

static void
expect(struct codec *c, const struct msg_desc *d, const char *field,
    const char *code)
{
	struct wire_fault fault;

	assert_true(wire_check(buf_get(&c->body), &fault));
	assert_int_equal(codec_decode(c, d, buf_get(&c->body), MSG_STRICT),
	    code != NULL ? RC_REJECT : RC_OK);
	if (code == NULL)
		return;
	if (strcmp(c->faults.code, code) != 0)
		fail_msg("%s: %s, not %s", field, c->faults.code, code);
	/* "approvers", or "attachments[0].kind" */
	assert_int_equal(strncmp(c->faults.field, field, strlen(field)), 0);
}

static void
test_bad_values_are_refused_by_field_and_code(void **state)
{
	struct codec *c = *state;
	struct buf value;

	buf_init(&value, 256);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		buf_reset(&value);
		hex_put(&value, bad[i].hex);
		put_with(c, bad[i].d, bad[i].field, buf_get(&value));
		expect(c, bad[i].d, bad[i].field, bad[i].code);
	}
	buf_fini(&value);
}

static const struct bad_text {
	const struct msg_desc *d;
	const char *field;
	const char *text;
	const char *code; /* NULL: it is fine */
} bad_texts[] = {
	/* Times. */
	{ &msg_report_submit_desc, "occurred_at", "2026-03-18T09:30+08:00",
	    NULL },
	{ &msg_report_submit_desc, "occurred_at", "2026-03-18T01:30:00Z",
	    NULL },
	{ &msg_report_submit_desc, "occurred_at", "1999-12-31T00:00:00Z",
	    "BAD_TIME" },
	{ &msg_report_submit_desc, "occurred_at", "294277-01-01T00:00:00Z",
	    "BAD_TIME" },
	{ &msg_report_submit_desc, "occurred_at", "infinity", "BAD_TIME" },
	{ &msg_report_submit_desc, "occurred_at", "2026-03-18T09:30:00",
	    "BAD_TIME" },
	{ &msg_report_submit_desc, "occurred_at", "2026-02-30T09:30:00Z",
	    "BAD_TIME" },
	{ &msg_report_submit_desc, "occurred_at", "2026-03-18T24:00:00Z",
	    "BAD_TIME" },
	{ &msg_report_submit_desc, "occurred_at", " 2026-03-18T09:00:00Z",
	    "BAD_TIME" },
	/* Codes: full-width digits, blanks around, lower case, letters. */
	{ &msg_report_accept_desc, "report", "330122-26-000041７",
	    "BAD_FORMAT" },
	{ &msg_report_accept_desc, "report", " 330122-26-0000418",
	    "BAD_FORMAT" },
	{ &msg_report_accept_desc, "report", "330122-26-0000417\n",
	    "BAD_FORMAT" },
	{ &msg_report_accept_desc, "report", "330122-26-417", "BAD_FORMAT" },
	{ &msg_report_accept_desc, "report", "330122-26-0000417/T1",
	    "BAD_FORMAT" },
	{ &msg_report_accept_desc, "report", "330122-26-123456789012", NULL },
	{ &msg_report_accept_desc, "report", "330122-26-1234567890123",
	    "BAD_FORMAT" },
	{ &msg_report_accept_desc, "unit", "' OR 1=1 --", "BAD_FORMAT" },
	{ &msg_report_accept_desc, "unit", "../x", "BAD_FORMAT" },
	{ &msg_report_accept_desc, "unit", "局", "BAD_FORMAT" },
	{ &msg_task_sign_desc, "task", "330122-26-0000417/T1", NULL },
	{ &msg_task_sign_desc, "task", "330122-26-0000417", NULL },
	{ &msg_task_sign_desc, "task", "330122-26-0000418/", "BAD_FORMAT" },
	{ &msg_task_sign_desc, "task", "T9", "BAD_FORMAT" },
	/* Lists of choices, in their own case only. */
	{ &msg_call_raise_desc, "class", "emergency", NULL },
	{ &msg_call_raise_desc, "class", "Emergency", "BAD_ENUM" },
	{ &msg_call_raise_desc, "class", "work|tough", "BAD_ENUM" },
	{ &msg_call_raise_desc, "class", "|", "BAD_ENUM" },
	{ &msg_penalty_decide_desc, "kind", "detention", "BAD_ENUM" },
	{ &msg_agreement_make_desc, "sha256", "abc", "BAD_FORMAT" },
	/* Texts say anything but what belongs to a person. */
	{ &msg_call_raise_desc, "reason", "'; DROP TABLE journal.event;--",
	    NULL },
	{ &msg_call_raise_desc, "reason", "找他，电话13800138000",
	    "PERSONAL_DATA" },
	{ &msg_call_raise_desc, "reason", "身份证 110101199003072316",
	    "PERSONAL_DATA" },
	/* Nor are codes and ids the place for it. */
	{ &msg_report_accept_desc, "unit", "13800138000", "PERSONAL_DATA" },
	{ &msg_report_accept_desc, "officer", "tel-13800138000",
	    "PERSONAL_DATA" },
	{ &msg_report_submit_desc, "officer", "33012218000101000X",
	    "PERSONAL_DATA" },
	{ &msg_task_sign_desc, "task", "330122-26-0000417/13800138000",
	    "PERSONAL_DATA" },
	{ &msg_mediation_consent_desc, "party", "330122180001010018",
	    "PERSONAL_DATA" },
	{ &msg_envelope_desc, "id", "13800138000", "PERSONAL_DATA" },
	{ &msg_envelope_desc, "source", "/app/13800138000", "PERSONAL_DATA" },
	{ &msg_envelope_desc, "source", "/tel:+8613800138000",
	    "PERSONAL_DATA" },
	{ &msg_envelope_desc, "correlationid", "call-0571-64621234",
	    "PERSONAL_DATA" },
	{ &msg_envelope_desc, "causationid", "138-0013-8000", "PERSONAL_DATA" },
	{ &msg_envelope_desc, "traceparent", "00-13800138000-1-01",
	    "PERSONAL_DATA" },
	/* A name of the pack is not scanned: it is not of people. */
	{ &msg_casefile_opened_desc, "pack", "tonglu 13800138000", NULL },
};

static void
test_bad_texts_are_refused_by_field_and_code(void **state)
{
	struct codec *c = *state;
	struct buf value;

	buf_init(&value, 256);
	for (size_t i = 0; i < ARRAY_LEN(bad_texts); i++) {
		const struct bad_text *b = &bad_texts[i];

		buf_reset(&value);
		wire_put_str(&value, str_of(b->text));
		put_with(c, b->d, b->field, buf_get(&value));
		expect(c, b->d, b->field, b->code);
		/* Nothing of the value goes back to the sender. */
		assert_true(
		    b->code == NULL || strcmp(b->code, "BAD_ENUM") == 0 ||
		    str_search(buf_get(&c->faults.text), str_of(b->text)) ==
			c->faults.text.n);
	}
	buf_fini(&value);
}

static void
test_a_wrong_choice_is_told_all_choices(void **state)
{
	struct codec *c = *state;
	const char *all = msg_penalty_decide_desc.fields[2].format.values;

	put_with(c, &msg_penalty_decide_desc, "kind", STR("\xa1x"));
	expect(c, &msg_penalty_decide_desc, "kind", "BAD_ENUM");
	assert_true(str_search(buf_get(&c->faults.text), str_of(all)) <
		    c->faults.text.n);
}

/* N times WHAT as text of FIELD. */
static const char *
code_of_length(struct codec *c, const struct msg_desc *d, const char *field,
    const char *what, size_t n)
{
	struct buf text, value;

	buf_init(&text, CODEC_ROOM);
	buf_init(&value, CODEC_ROOM);
	for (size_t i = 0; i < n; i++)
		buf_z(&text, what);
	wire_put_str(&value, buf_get(&text));
	put_with(c, d, field, buf_get(&value));
	(void)codec_decode(c, d, buf_get(&c->body), MSG_STRICT);
	buf_fini(&value);
	buf_fini(&text);
	return c->faults.n > 0 ? c->faults.code : "";
}

static void
test_lengths_count_bytes_not_characters(void **state)
{
	const struct msg_desc *d = &msg_report_submit_desc;
	struct codec *c = *state;

	assert_string_equal(code_of_length(c, d, "place", "x", 256), "");
	assert_string_equal(
	    code_of_length(c, d, "place", "x", 257), "TOO_LONG");
	assert_string_equal(code_of_length(c, d, "place", "🌳", 64), "");
	assert_string_equal(code_of_length(c, d, "place", "🌳", 65), "TOO_LONG");
	assert_true(str_search(buf_get(&c->faults.text),
			STR("260 > 256 bytes")) < c->faults.text.n);
}

static const char *
code_of_entries(
    struct codec *c, const struct msg_desc *d, const char *field, size_t n)
{
	static const char photo[] =
	    "82 a4 6b 69 6e 64 a5 70 68 6f 74 6f a6 73 68 61 32 35 36 d9 40"
	    "61616161616161616161616161616161 61616161616161616161616161616161"
	    "61616161616161616161616161616161 61616161616161616161616161616161";
	struct buf value;

	buf_init(&value, CODEC_ROOM);
	wire_put_array(&value, n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(field, "attachments") == 0)
			hex_put(&value, photo);
		else
			wire_put_str(&value, STR("U"));
	}
	put_with(c, d, field, buf_get(&value));
	(void)codec_decode(c, d, buf_get(&c->body), MSG_STRICT);
	buf_fini(&value);
	return c->faults.n > 0 ? c->faults.code : "";
}

static void
test_lists_are_bounded(void **state)
{
	struct codec *c = *state;

	assert_string_equal(
	    code_of_entries(c, &msg_report_submit_desc, "attachments", 32), "");
	assert_string_equal(
	    code_of_entries(c, &msg_report_submit_desc, "attachments", 33),
	    "TOO_MANY");
	assert_string_equal(
	    code_of_entries(c, &msg_call_raise_desc, "assisting", MSG_LIST_MAX),
	    "");
	assert_string_equal(code_of_entries(c, &msg_call_raise_desc,
				"assisting", MSG_LIST_MAX + 1),
	    "TOO_MANY");
	/* An empty list is no list. */
	assert_string_equal(
	    code_of_entries(c, &msg_mediation_apply_desc, "parties", 0),
	    "FIELD_MISSING");
}

static void
test_a_fault_inside_a_list_says_where(void **state)
{
	struct codec *c = *state;
	struct buf value;

	buf_init(&value, CODEC_ROOM);
	hex_put(&value, "92 82 a4 6b 69 6e 64 a5 70 68 6f 74 6f a6 73 68 61 "
			"32 35 36 a1 30 81 a4 6b 69 6e 64 a1 78");
	put_with(c, &msg_report_submit_desc, "attachments", buf_get(&value));
	buf_fini(&value);
	expect(
	    c, &msg_report_submit_desc, "attachments[0].sha256", "BAD_FORMAT");
	assert_int_equal(c->faults.n, 3);
	assert_true(str_search(buf_get(&c->faults.text),
			STR("attachments[1].kind: must be one of photo")) <
		    c->faults.text.n);
	assert_true(
	    str_search(buf_get(&c->faults.text),
		STR("attachments[1].sha256: is required")) < c->faults.text.n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CODEC_TEST(test_bad_values_are_refused_by_field_and_code),
		CODEC_TEST(test_bad_texts_are_refused_by_field_and_code),
		CODEC_TEST(test_a_wrong_choice_is_told_all_choices),
		CODEC_TEST(test_lengths_count_bytes_not_characters),
		CODEC_TEST(test_lists_are_bounded),
		CODEC_TEST(test_a_fault_inside_a_list_says_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
