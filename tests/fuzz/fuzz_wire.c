/*
 * Any bytes as msgpack, and as JSON: what passes the check can be read,
 * shown and read again; nothing else is touched.
 */
#include "common/msg/plain.h"
#include "common/msg/wire.h"
#include "common/msg/envelope.h"
#include "tests/lib/room.h"

#include <jansson.h>
#include <stdlib.h>

#define ROOM ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_json(struct str text)
{
	json_t *v = json_loadb(text.p, text.n,
	    JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL |
		JSON_REJECT_DUPLICATES,
	    NULL);

	must(v != NULL);
	json_decref(v);
}

static void
walk(struct str body)
{
	struct str rest = body;
	struct wire_item map, key;
	struct buf json;

	must(wire_skip(&rest).n == body.n && rest.n == 0);
	rest = body;
	wire_read(&rest, &map);
	must(map.kind == KIND_MAP);
	for (uint32_t i = 0; i < map.n; i++) {
		struct str value;

		wire_read(&rest, &key);
		value = wire_skip(&rest);
		must(key.kind == KIND_STR && plain_ok(key.s));
		must(wire_find(body, key.s).p == value.p);
	}
	must(rest.n == 0);
	buf_init(&json, ROOM);
	wire_json(body, &json);
	must(!json.failed);
	must_be_json(buf_get(&json));
	buf_fini(&json);
}

static void
try_json(struct str text)
{
	struct wire_fault fault;
	struct buf body;
	struct err e;

	buf_init(&body, ROOM);
	if (wire_from_json(text, &body, &e) == RC_OK && !body.failed &&
	    wire_check(buf_get(&body), &fault))
		walk(buf_get(&body));
	buf_fini(&body);
	buf_init(&body, ROOM);
	wire_json_str(text, &body);
	must_be_json(buf_get(&body));
	buf_fini(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = { (const char *)data, size };
	struct wire_fault fault;
	bool sound;

	room_begin(size);
	sound = wire_check(body, &fault);
	room_end();
	if (sound) {
		must(fault.code == NULL);
		walk(body);
	} else {
		must(fault.code != NULL && fault.offset <= size);
		must(fault.key.n <= WIRE_KEY_MAX);
		must(str_utf8_ok(fault.key) && plain_ok(fault.key));
	}
	try_json(body);
	return 0;
}
