#include "tests/lib/desk.h"

#include "common/msg/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

int
desk_setup(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));

	d->line.printer.arena = arena_new(DESK_ROOM);
	buf_init(&d->body, DESK_ROOM);
	buf_init(&d->data, DESK_ROOM);
	buf_init(&d->out, DESK_ROOM);
	d->seed = 417;
	*state = d;
	return 0;
}

int
desk_teardown(void **state)
{
	struct desk *d = *state;

	arena_free(&d->line.printer.arena);
	buf_fini(&d->body);
	buf_fini(&d->data);
	buf_fini(&d->out);
	free(d);
	return 0;
}

void
desk_read(struct desk *d)
{
	d->ev = (struct tail_event){ .seq = 417,
		.at = DESK_AT,
		.epoch = 2,
		.bytes = buf_get(&d->body) };
	tail_event_read(&d->ev);
}

/* {"unit": "330122-D-GAJ", "n": 5, "list": [1], "in": {"deep": "里"}, ...} */
void
desk_known(struct desk *d)
{
	const struct msg_envelope env = { .specversion = STR("1.0"),
		.id = STR("id-1"),
		.source = STR("/hotline/12345"),
		.type = STR("odd.thing"),
		.subject = STR("330122-26-0000417"),
		.division = STR("330122109"),
		.data = { NULL, 0 } };
	struct msg_envelope whole = env;

	buf_reset(&d->data);
	wire_put_map(&d->data, 6);
	wire_pair_str(&d->data, "unit", STR("分水镇 \"A\"\\\n第一 网格"));
	wire_pair_i64(&d->data, "n", -5);
	wire_put_str(&d->data, STR("list"));
	wire_put_array(&d->data, 1);
	wire_put_i64(&d->data, 1);
	wire_put_str(&d->data, STR("in"));
	wire_put_map(&d->data, 1);
	wire_pair_str(&d->data, "deep", STR("里"));
	wire_put_str(&d->data, STR("nil"));
	wire_put_nil(&d->data);
	wire_pair_bool(&d->data, "yes", true);
	whole.data = buf_get(&d->data);
	buf_reset(&d->body);
	envelope_encode(&whole, &d->body);
	desk_read(d);
	assert_true(d->ev.readable);
}

void
desk_put(struct desk *d)
{
	buf_reset(&d->out);
	tail_line_put(&d->line, &d->ev, &d->out);
	assert_false(d->out.failed);
}

void
desk_expect(struct desk *d, const char *text)
{
	if (!str_is(buf_get(&d->out), text))
		fail_msg("%.*s, not %s", STR_ARG(buf_get(&d->out)), text);
}

void
desk_begin(struct desk *d, enum tail_form form, enum print_time how, bool utc)
{
	d->line.form = form;
	d->line.printer.day = 0;
	d->line.printer.clock = (struct print_clock){
		.how = how, .utc = utc, .now = DESK_AT + 65 * MINUTE_MS
	};
}
