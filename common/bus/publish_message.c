/* One message, start to end; what goes beside it, sealed. */
#include "common/bus/publish_inside.h"

#include "common/base/id.h"

#include <sodium.h>
#include <stdlib.h>

/* Beyond the time after which the publisher itself gives up. */
#define AWAIT_MS (PUBLISHER_GIVE_UP_MS + 10000)

enum rc
publisher_seal(
    struct publisher *p, struct str plain, struct buf *box, struct err *e)
{
	unsigned char *out;

	if (!p->has_seal_key)
		return err_set(e, RC_REJECT,
		    "no key to seal to is known; the bus has told none");
	if (plain.n > SEALED_MAX - crypto_box_SEALBYTES)
		return err_set(e, RC_REJECT, "the sealed part is too long");
	out = xmalloc(plain.n + crypto_box_SEALBYTES);
	must(crypto_box_seal(out, (const unsigned char *)plain.p, plain.n,
		 p->seal_key) == 0);
	buf_put(box, out, plain.n + crypto_box_SEALBYTES);
	free(out);
	return RC_OK;
}

enum rc
publish_bytes(struct publisher *p, struct str envelope, enum part_kind kind,
    struct str part, struct outcome *out, struct err *e)
{
	int64_t n;

	TRY(publisher_put(p, envelope, kind, part, &n, e));
	return publisher_next(p, AWAIT_MS, out, e);
}

/* Puts MSG into ENV, with a new id unless it has one, and sends it. */
static enum rc
send_message(struct publisher *p, const struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg, struct str box,
    struct outcome *out, struct err *e)
{
	struct msg_envelope whole = *env;
	struct buf data, body;
	char id[ID_TEXT];
	enum rc rc;

	buf_init(&data, (size_t)4 * ENVELOPE_MAX);
	buf_init(&body, (size_t)4 * ENVELOPE_MAX);
	if (whole.id.n == 0)
		whole.id = str_of(id_new(id));
	msg_encode(desc, msg, &data);
	whole.specversion = STR("1.0");
	whole.type = str_of(desc->type);
	whole.data = buf_get(&data);
	envelope_encode(&whole, &body);
	rc = publish_bytes(p, buf_get(&body),
	    box.n > 0 ? PART_SEALED : PART_NONE, box, out, e);
	buf_fini(&data);
	buf_fini(&body);
	return rc;
}

enum rc
publish_one(struct publisher *p, const struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg, struct outcome *out,
    struct err *e)
{
	return send_message(p, env, desc, msg, STR(""), out, e);
}

enum rc
publish_submit(struct publisher *p, const struct msg_envelope *env,
    const struct msg_report_submit *report,
    const struct msg_sealed_report *person, struct outcome *out, struct err *e)
{
	struct buf plain, box;
	enum rc rc;

	buf_init(&plain, (size_t)4 * SEALED_MAX);
	buf_init(&box, (size_t)4 * SEALED_MAX);
	msg_encode(&msg_sealed_report_desc, person, &plain);
	rc = publisher_seal(p, buf_get(&plain), &box, e);
	if (rc == RC_OK)
		rc = send_message(p, env, &msg_report_submit_desc, report,
		    buf_get(&box), out, e);
	buf_fini(&plain);
	buf_fini(&box);
	return rc;
}
