#include "services/bus/check.h"

#include "common/msg/wire.h"

#include <sodium.h>

/* Sources that no outsider may speak for, nor for anything under them. */
static const char *const reserved[] = { "/bus", "/intake", "/dispatcher",
	"/enforcement", "/mediation", "/scoring", "/registry", "/clock",
	"/vault" };

static enum rc
refuse(struct faults *f, const char *code, const char *field, const char *why)
{
	faults_add(f, code, str_of(field), "%s", why);
	return RC_REJECT;
}

static bool
is_reserved(struct str source)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
		struct str one = str_of(reserved[i]);

		if (str_starts(source, one) &&
		    (source.n == one.n || source.p[one.n] == '/'))
			return true;
	}
	return false;
}

static enum rc
check_type(const struct msg_envelope *env, const struct msg_desc **desc,
    struct faults *f)
{
	*desc = msg_find(env->type);
	if (*desc == NULL)
		return refuse(f, "UNKNOWN_TYPE", "type",
		    "no such message; see the catalogue");
	if ((*desc)->kind != MSG_COMMAND)
		return refuse(f, "FORBIDDEN_TYPE", "type",
		    "a fact; only the service that owns it says it");
	if (is_reserved(env->source))
		return refuse(
		    f, "SOURCE_RESERVED", "source", "belongs to a service");
	if (env->causationid.n > 0 && str_eq(env->causationid, env->id))
		return refuse(f, "CAUSE_LOOP", "causationid",
		    "an event does not cause itself");
	return RC_OK;
}

static enum rc
check_rights(
    const struct checker *c, const struct msg_envelope *env, struct faults *f)
{
	const char *field, *code;

	code = rights_publish(
	    c->client, env->type, env->division, env->source, &field);
	if (code == NULL)
		return RC_OK;
	return refuse(f, code, field,
	    strcmp(field, "source") == 0 ? "is not what your key speaks for"
	    : strcmp(field, "type") == 0
		? "your key may not publish this"
		: "your key may not publish this there");
}

/* The casefile that a command is about stands in its first field. */
static struct str
subject_of(const struct msg_desc *d, const void *msg)
{
	const struct msg_field *first = &d->fields[0];
	struct str id;

	if (first->format.look != LOOK_THING &&
	    first->format.look != LOOK_CASEFILE)
		return (struct str){ NULL, 0 };
	id = *(const struct str *)msg_at(first, msg);
	return str_cut(id, 0, str_find(id, '/'));
}

static bool
is_place(const struct checker *c, struct str code)
{
	return registry_division(c->registry, code, c->now) != NULL ||
	       registry_grid(c->registry, code, c->now) != NULL;
}

static enum rc
check_place(const struct checker *c, struct msg_envelope *env,
    const struct msg_desc *d, const void *msg, struct faults *f)
{
	struct str subject = subject_of(d, msg);

	if (env->subject.n > 0 && !str_eq(env->subject, subject))
		return refuse(f, "SUBJECT_MISMATCH", "subject",
		    "is not the casefile that the message is about");
	env->subject = subject;
	if ((d == &msg_report_submit_desc || d == &msg_booking_book_desc) &&
	    env->division.n == 0)
		return refuse(f, "FIELD_MISSING", "division", "is required");
	if (env->division.n > 0 && !is_place(c, env->division))
		return refuse(f, "UNKNOWN_DIVISION", "division",
		    "no such division or grid on this day");
	return RC_OK;
}

static enum rc
check_open(struct str part, struct arena *arena, struct faults *f)
{
	struct msg_sealed_report plain;
	struct wire_fault fault;

	if (!wire_check(part, &fault))
		return refuse(f, fault.code, "sealed part",
		    "is not one sound msgpack map");
	return msg_decode(
	    &msg_sealed_report_desc, part, MSG_STRICT, &plain, arena, f);
}

static enum rc
seal(const struct checker *c, struct str part, struct checked *out,
    struct arena *arena, struct faults *f)
{
	size_t n = part.n + crypto_box_SEALBYTES;
	unsigned char *box = arena_alloc(arena, n);

	if (c->seal_key == NULL)
		return refuse(f, "UNAVAILABLE", "sealed part",
		    "the bus has no key to seal with; seal it yourself");
	TRY(check_open(part, arena, f));
	must(box != NULL);
	must(crypto_box_seal(
		 box, (const unsigned char *)part.p, part.n, c->seal_key) == 0);
	out->box = (struct str){ (const char *)box, n };
	return RC_OK;
}

static enum rc
take_part(const struct checker *c, const struct parcel *p, struct checked *out,
    struct arena *arena, struct faults *f)
{
	if (p->part.n > SEALED_MAX)
		return refuse(f, "TOO_LONG", "sealed part", "> 32 KiB");
	if (str_is(p->kind, "open"))
		return seal(c, p->part, out, arena, f);
	if (!str_is(p->kind, "sealed"))
		return refuse(f, "BAD_FRAME", "sealed part",
		    "its kind must be sealed or open");
	if (p->part.n <= crypto_box_SEALBYTES)
		return refuse(f, "BAD_SEAL", "sealed part",
		    "is too short to be a sealed box");
	out->box = arena_str(arena, p->part);
	return RC_OK;
}

static enum rc
check_part(const struct checker *c, const struct parcel *p,
    const struct msg_desc *d, struct checked *out, struct arena *arena,
    struct faults *f)
{
	unsigned char hash[HASH_LEN];
	char hex[HASH_TEXT];
	struct str claimed = out->env.sealed;

	if (!p->with_part)
		return claimed.n == 0
			   ? RC_OK
			   : refuse(f, "SEAL_MISSING", "sealed",
				 "the sealed part did not come along");
	if (d != &msg_report_submit_desc && d != &msg_booking_book_desc)
		return refuse(f, "SEAL_UNEXPECTED", "sealed part",
		    "only a report.submit or a booking.book may carry one");
	TRY(take_part(c, p, out, arena, f));
	id_hash(out->box, hash);
	(void)id_hex(hash, hex);
	if (claimed.n > 0 && !str_is(claimed, hex))
		return refuse(f, "SEAL_MISMATCH", "sealed",
		    "is not the SHA-256 of the sealed part");
	out->box_digest =
	    arena_str(arena, (struct str){ (const char *)hash, sizeof(hash) });
	out->env.sealed = arena_str(arena, str_of(hex));
	return RC_OK;
}

static struct str
encoded(const struct msg_envelope *env, struct arena *arena)
{
	struct buf b;
	struct str s;

	buf_init(&b, (size_t)4 * ENVELOPE_MAX);
	envelope_encode(env, &b);
	must(!b.failed);
	s = arena_str(arena, buf_get(&b));
	buf_fini(&b);
	return s;
}

/* One form for one event, whatever order its sender wrote it in. */
static enum rc
canonical(struct checked *out, const struct msg_desc *d, const void *msg,
    struct arena *arena, struct faults *f)
{
	struct msg_envelope bare;
	unsigned char hash[HASH_LEN];
	struct buf data;

	buf_init(&data, (size_t)4 * ENVELOPE_MAX);
	msg_encode(d, msg, &data);
	out->env.data = arena_str(arena, buf_get(&data));
	out->env.datacontenttype = (struct str){ NULL, 0 };
	buf_fini(&data);
	out->body = encoded(&out->env, arena);
	if (out->body.n > ENVELOPE_MAX)
		return refuse(f, "TOO_LONG", "envelope", "> 64 KiB");
	bare = out->env;
	/* Sealing twice gives other bytes: only that it is there counts. */
	bare.sealed = STR("sealed");
	id_hash(out->box.n > 0 ? encoded(&bare, arena) : out->body, hash);
	out->digest =
	    arena_str(arena, (struct str){ (const char *)hash, sizeof(hash) });
	return RC_OK;
}

enum rc
check_parcel(const struct checker *c, const struct parcel *p,
    struct checked *out, struct arena *arena, struct faults *faults)
{
	const struct msg_desc *d;
	void *msg;

	*out = (struct checked){ .box = { NULL, 0 } };
	TRY(envelope_decode(p->envelope, MSG_STRICT, &out->env, faults));
	TRY(check_type(&out->env, &d, faults));
	TRY(check_rights(c, &out->env, faults));
	msg = arena_alloc(arena, d->size);
	must(msg != NULL);
	TRY(msg_decode(d, out->env.data, MSG_STRICT, msg, arena, faults));
	TRY(check_place(c, &out->env, d, msg, faults));
	TRY(check_part(c, p, d, out, arena, faults));
	return canonical(out, d, msg, arena, faults);
}
