/*
 * Any bytes as a line of JSON: what is taken becomes msgpack, and msgpack
 * that the wire takes says the same as JSON, however often it is turned.
 * The same line as an event that huying publish is to hand in.
 */
#include "cli/publish.h"
#include "common/msg/wire.h"
#include "tests/lib/room.h"

#include <stdlib.h>

#define ROOM ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* JSON of BODY, and what that is in msgpack again. */
static void
turn(struct str body, struct buf *text, struct buf *again)
{
	struct err e;

	wire_json(body, text);
	must(!text->failed);
	must(wire_from_json(buf_get(text), again, &e) == RC_OK);
	must(!again->failed);
}

static void
try_line(struct str line)
{
	struct buf body, text, again, text2, last;
	struct wire_fault fault;
	struct err e;
	bool taken;

	buf_init(&body, ROOM);
	buf_init(&text, ROOM);
	buf_init(&again, ROOM);
	buf_init(&text2, ROOM);
	buf_init(&last, ROOM);
	room_begin(line.n);
	taken = wire_from_json(line, &body, &e) == RC_OK && !body.failed;
	room_end();
	if (taken && wire_check(buf_get(&body), &fault)) {
		turn(buf_get(&body), &text, &again);
		/* 1.0 has become 1; from here on nothing changes. */
		turn(buf_get(&again), &text2, &last);
		must(str_eq(buf_get(&last), buf_get(&again)));
		must(str_eq(buf_get(&text2), buf_get(&text)));
	}
	buf_fini(&last);
	buf_fini(&text2);
	buf_fini(&again);
	buf_fini(&text);
	buf_fini(&body);
}

static void
try_event(struct str line)
{
	struct wire_fault fault;
	struct parcel_out out;

	parcel_out_init(&out);
	if (publish_line(line, &out) == RC_OK) {
		must(wire_check(buf_get(&out.envelope), &fault));
	} else {
		must(out.why.code[0] != '\0');
		must(str_utf8_ok(str_of(out.why.field)));
	}
	parcel_out_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str line = { (const char *)data, size };

	try_line(line);
	try_event(line);
	return 0;
}
