#include "tests/lib/codec.h"

#include <stdlib.h>

int
codec_setup(void **state)
{
	struct codec *c = xcalloc(1, sizeof(*c));

	c->arena = arena_new((size_t)16 << 20);
	buf_init(&c->body, CODEC_ROOM);
	buf_init(&c->other, CODEC_ROOM);
	faults_init(&c->faults);
	c->seed = 20260318;
	*state = c;
	return 0;
}

int
codec_teardown(void **state)
{
	struct codec *c = *state;

	faults_fini(&c->faults);
	buf_fini(&c->other);
	buf_fini(&c->body);
	arena_free(&c->arena);
	free(c);
	return 0;
}

void
codec_forget_faults(struct codec *c)
{
	faults_fini(&c->faults);
	faults_init(&c->faults);
}

void *
codec_object(struct codec *c, const struct msg_desc *d)
{
	void *obj = arena_alloc(c->arena, d->size);

	must(obj != NULL);
	return obj;
}

enum rc
codec_decode(struct codec *c, const struct msg_desc *d, struct str body,
    enum msg_mode mode)
{
	codec_forget_faults(c);
	return msg_decode(
	    d, body, mode, codec_object(c, d), c->arena, &c->faults);
}
