/* What differs by channel, and by kind of non-acceptance (pure). */
#ifndef INTAKE_RULES_CHANNEL_H
#define INTAKE_RULES_CHANNEL_H

#include "common/base/str.h"

#include <stdbool.h>

enum channel_flag {
	CHANNEL_SEEN = 1,
	CHANNEL_ANSWER = 2,
	CHANNEL_HELD = 4,
	CHANNEL_NAMED = 8,
	CHANNEL_WISH = 16,
	CHANNEL_DOOR = 32
};
enum channel_desk {
	CHANNEL_ROOM,  /* the township's room: what its own people see */
	CHANNEL_CENTRE /* the county's desk: what people tell the county */
};

struct channel {
	const char *name;
	const char *reporters;
	const char *usual;
	enum channel_desk desk;
	unsigned flags;
};

/* NAME is one of CHANNELS. */
const struct channel *channel_of(struct str name);
bool channel_is(struct str name, enum channel_flag flag);

enum kind_flag {
	KIND_WAY = 1,
	KIND_LINE = 2,
	KIND_FORMER = 4,
	KIND_WORDS = 8
};

struct kind {
	const char *name;
	const char *basis;
	unsigned flags;
};

/* NULL: there is no such kind. */
const struct kind *kind_of(struct str name);

#endif
