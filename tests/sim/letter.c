#include "tests/sim/draft.h"

#include "common/base/id.h"

#include <sodium.h>
#include <stdio.h>

static struct letter *
letter_new(const struct letter *like)
{
	const struct str from[] = { like->source, like->subject, like->division,
		like->digest, like->envelope, like->box, like->box_digest };
	size_t len = 0;
	struct letter *l;
	char *at;

	for (size_t i = 0; i < ARRAY_LEN(from); i++)
		len += from[i].n;
	l = xmalloc(sizeof(*l) + len + 1);
	*l = *like;
	at = l->bytes;
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		struct str *const to[] = { &l->source, &l->subject,
			&l->division, &l->digest, &l->envelope, &l->box,
			&l->box_digest };

		if (from[i].n > 0)
			memcpy(at, from[i].p, from[i].n);
		*to[i] =
		    (struct str){ from[i].p != NULL ? at : NULL, from[i].n };
		at += from[i].n;
	}
	return l;
}

static struct str
seal(struct draft *d)
{
	unsigned char secret[crypto_box_SECRETKEYBYTES];
	unsigned char public[crypto_box_PUBLICKEYBYTES];
	size_t n = d->sealed.n + crypto_box_SEALBYTES;
	unsigned char *box = arena_alloc(d->arena, n);

	must(box != NULL);
	memset(secret, 0x11, sizeof(secret)); /* as host.c has it in a file */
	must(crypto_scalarmult_base(public, secret) == 0);
	must(crypto_box_seal(box, (const unsigned char *)d->sealed.p,
		 d->sealed.n, public) == 0);
	/* One that does not open. */
	if (draft_throw(d, 40) == 0)
		box[n - 1] ^= 1;
	return (struct str){ (const char *)box, n };
}

struct letter *
draft_post(struct draft *d, const char *id)
{
	struct letter like = { .desc = d->desc,
		.source = STR("/sim/people"),
		.division = d->division };
	unsigned char hash[HASH_LEN], box_hash[HASH_LEN];
	struct msg_envelope env = { .specversion = STR("1.0"),
		.source = like.source,
		.type = str_of(d->desc->type),
		.subject = d->subject,
		.division = d->division };
	char hex[HASH_TEXT];
	struct buf data, body;
	struct letter *l;

	(void)snprintf(like.id, sizeof(like.id), "%s", id);
	env.id = str_of(like.id);
	env.time =
	    (d->w->store.now_us / 1000 - (int64_t)draft_throw(d, 100000)) /
	    1000 * 1000;
	buf_init(&data, 65536);
	buf_init(&body, 65536);
	if (d->msg != NULL)
		msg_encode(d->desc, d->msg, &data);
	env.data = data.n > 0 ? buf_get(&data) : STR("\x80");
	envelope_encode(&env, &body);
	id_hash(buf_get(&body), hash); /* without its sealed part */
	like.digest = (struct str){ (const char *)hash, sizeof(hash) };
	if (d->sealed.n > 0) {
		like.box = seal(d);
		id_hash(like.box, box_hash);
		like.box_digest =
		    (struct str){ (const char *)box_hash, sizeof(box_hash) };
		env.sealed = str_of(id_hex(box_hash, hex));
		buf_reset(&body);
		envelope_encode(&env, &body);
	}
	must(!body.failed && !data.failed);
	like.envelope = buf_get(&body);
	if (d->subject.n > 0)
		like.subject = d->subject;
	l = letter_new(&like);
	buf_fini(&data);
	buf_fini(&body);
	return l;
}

struct letter *
command_again(const struct letter *l, const char *id)
{
	struct letter like = *l;
	struct msg_envelope env;
	struct buf body;
	struct letter *again;

	must(envelope_decode(l->envelope, MSG_LENIENT, &env, NULL) == RC_OK);
	(void)snprintf(like.id, sizeof(like.id), "%s", id);
	env.id = str_of(like.id);
	buf_init(&body, 65536);
	envelope_encode(&env, &body);
	like.envelope = buf_get(&body);
	again = letter_new(&like);
	buf_fini(&body);
	return again;
}
