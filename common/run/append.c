#include "common/run/inner.h"

#include "common/base/id.h"
#include "run_sql.h"

#define BODY_MAX ((size_t)2 * ENVELOPE_MAX)

static void
outbox_grow(struct run *r)
{
	struct outbox *o = &r->outbox;
	struct str **all[] = { &o->source, &o->id, &o->type, &o->subject,
		&o->division, &o->digest, &o->body };
	size_t cap = o->cap > 0 ? o->cap * 2 : 64;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct str *v = arena_alloc(r->arena, cap * sizeof(*v));

		must(v != NULL);
		if (o->n > 0)
			memcpy(v, *all[i], o->n * sizeof(*v));
		*all[i] = v;
	}
	o->cap = cap;
}

/* ENV says everything but the message; it is encoded here, once. */
void
outbox_put(struct run *r, struct msg_envelope *env, const struct msg_desc *desc,
    const void *msg)
{
	struct outbox *o = &r->outbox;
	unsigned char hash[HASH_LEN];
	struct buf data, body;

	if (o->n == o->cap)
		outbox_grow(r);
	buf_init(&data, BODY_MAX);
	buf_init(&body, BODY_MAX);
	msg_encode(desc, msg, &data);
	env->specversion = STR("1.0");
	env->type = str_of(desc->type);
	env->data = buf_get(&data);
	envelope_encode(env, &body);
	must(!body.failed && body.n <= ENVELOPE_MAX);
	o->source[o->n] = env->source;
	o->id[o->n] = env->id;
	o->type[o->n] = env->type;
	o->subject[o->n] = env->subject;
	o->division[o->n] = env->division;
	o->body[o->n] = arena_str(r->arena, buf_get(&body));
	id_hash(buf_get(&body), hash);
	o->digest[o->n] = arena_str(
	    r->arena, (struct str){ (const char *)hash, sizeof(hash) });
	o->n++;
	buf_fini(&data);
	buf_fini(&body);
}

/* The last statement before COMMIT, always. */
void
outbox_send(struct run *r)
{
	struct outbox *o = &r->outbox;
	struct args *a = &r->args[0];

	if (o->n == 0)
		return;
	args_reset(a);
	args_strs(a, o->source, o->n);
	args_strs(a, o->id, o->n);
	args_strs(a, o->type, o->n);
	args_strs(a, o->subject, o->n);
	args_strs(a, o->division, o->n);
	args_bytes_list(a, o->digest, o->n);
	args_bytes_list(a, o->body, o->n);
	run_send(r, r->replay != NULL ? replay_append() : Q_run_append, a);
}
