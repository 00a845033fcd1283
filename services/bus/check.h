/*
 * What may be published (pure but for sealing): from frames to an event
 * that is ready to be stored, or one refusal that names what is wrong.
 */
#ifndef BUS_CHECK_H
#define BUS_CHECK_H

#include "common/base/id.h"
#include "common/msg/envelope.h"
#include "common/registry/registry.h"
#include "services/bus/rights.h"

#define SEAL_KEY_LEN 32

/* What the checks may know. */
struct checker {
	const struct registry *registry;
	const struct client *client; /* who publishes it */
	int64_t now;
	const unsigned char *seal_key; /* intake's public key */
};

/* One publish as it came: frames behind the word PUB and its number. */
struct parcel {
	struct str envelope;
	bool with_part;  /* something came along */
	struct str kind; /* "sealed" or "open" */
	struct str part;
};

/* An event that passed; everything lives in the arena. */
struct checked {
	struct msg_envelope env;
	struct str body;   /* canonical bytes, to be stored */
	struct str digest; /* SHA-256 without the sealed part: for dedup */
	struct str box;    /* sealed part, empty if there is none */
	struct str box_digest;
};

/* RC_REJECT: FAULTS holds code, field and sentence. */
enum rc check_parcel(const struct checker *c, const struct parcel *p,
    struct checked *out, struct arena *arena, struct faults *faults) MUST_CHECK;

#endif
