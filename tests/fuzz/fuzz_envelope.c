/*
 * Any bytes as an event: what is taken has one canonical form, which says
 * the same and stays as it is; every refusal is text that can be sent back.
 */
#include "common/msg/envelope.h"
#include "common/msg/wire.h"
#include "tests/lib/room.h"

#include <stdlib.h>

#define ROOM ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_sendable(const struct faults *f)
{
	must(f->n > 0 && f->code[0] != '\0');
	must(str_utf8_ok(str_of(f->field)));
	must(str_utf8_ok(buf_get(&f->text)));
}

/* Decodes BODY and encodes it again into OUT; false when it is refused. */
static bool
message_again(const struct msg_desc *d, struct str body, enum msg_mode mode,
    struct buf *out)
{
	struct arena *arena = arena_new(ROOM);
	void *msg = xcalloc(1, d->size);
	struct faults faults;
	bool ok;

	faults_init(&faults);
	room_begin(body.n);
	ok = msg_decode(d, body, mode, msg, arena, &faults) == RC_OK;
	room_end();
	if (ok)
		msg_encode(d, msg, out);
	else
		must_be_sendable(&faults);
	faults_fini(&faults);
	free(msg);
	arena_free(&arena);
	return ok;
}

/* Whatever came in, its canonical form is taken and does not change. */
static void
try_message(struct msg_envelope env, enum msg_mode mode)
{
	const struct msg_desc *d = msg_find(env.type);
	struct wire_fault fault;
	struct buf once, twice;

	if (d == NULL)
		return;
	buf_init(&once, ROOM);
	buf_init(&twice, ROOM);
	if (message_again(d, env.data, mode, &once)) {
		must(wire_check(buf_get(&once), &fault));
		must(message_again(d, buf_get(&once), mode, &twice));
		must(str_eq(buf_get(&once), buf_get(&twice)));
	}
	buf_fini(&twice);
	buf_fini(&once);
}

static void
show(const struct msg_envelope *env)
{
	struct buf json, bytes;
	struct err e;

	buf_init(&json, ROOM);
	buf_init(&bytes, ROOM);
	envelope_json(env, 7, 1773784357000, &json);
	must(!json.failed);
	must(memchr(json.p, '\n', json.n) == NULL);
	/* Numbers above 2^63 are JSON, but no number of ours. */
	if (wire_from_json(buf_get(&json), &bytes, &e) == RC_OK)
		must(!bytes.failed);
	buf_fini(&bytes);
	buf_fini(&json);
}

static void
try_envelope(struct str body, enum msg_mode mode)
{
	struct msg_envelope env, again;
	struct faults faults;
	struct buf out;

	faults_init(&faults);
	buf_init(&out, ROOM);
	if (envelope_decode(body, mode, &env, &faults) == RC_OK) {
		envelope_encode(&env, &out);
		must(envelope_decode(buf_get(&out), mode, &again, NULL) ==
		     RC_OK);
		must(str_eq(env.id, again.id) && str_eq(env.data, again.data));
		try_message(env, mode);
		show(&env);
	} else {
		must_be_sendable(&faults);
	}
	buf_fini(&out);
	faults_fini(&faults);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = { (const char *)data, size };

	try_envelope(body, MSG_STRICT);
	try_envelope(body, MSG_LENIENT);
	return 0;
}
