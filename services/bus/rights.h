/*
 * What a client may do (pure).  A client is who a connection belongs to;
 * its rights are the rows of access.grant.
 */
#ifndef BUS_RIGHTS_H
#define BUS_RIGHTS_H

#include "common/msg/topic.h"
#include "services/bus/bucket.h"

enum verb {
	VERB_PUBLISH, /* commands of these topics */
	VERB_READ,    /* events of these topics, through log */
	VERB_LIVE,    /* the whole live feed */
	VERB_SOURCE,  /* speak as this source, and all below it */
	VERB_RING,    /* ring after a commit, as services do */
};

struct right {
	enum verb verb;
	struct topic_pattern topic; /* of publish and read */
	struct str source;          /* of source */
};

struct client {
	struct str name;
	bool local; /* over a unix socket: whoever may open its file */
	const struct right *rights;
	size_t n_rights;
	struct bucket bucket; /* of publishes; a local one has none */
};

/* False when VERB is none, or PATTERN is no pattern of it. */
bool rights_parse(struct str verb, struct str pattern, struct right *out);

bool rights_has(const struct client *c, enum verb verb);
/*
 * Whether it may publish that.  NULL: yes; else the code of the refusal, and
 * in FIELD the attribute that is in the way.
 */
const char *rights_publish(const struct client *c, struct str type,
    struct str division, struct str source, const char **field);
bool rights_read(const struct client *c, struct str type, struct str division);
/*
 * Whether it may read anything at all of what begins with TOPIC (bytes, as
 * live and log take them; empty: everything) inside DIVISION (empty: all).
 */
bool rights_overlap(
    const struct client *c, struct str topic, struct str division);

#endif
