#include "services/intake/rules_channel.h"

#include "common/base/base.h"

/* clang-format off */
#define ROOM CHANNEL_ROOM
#define CENTRE CHANNEL_CENTRE
#define SEEN CHANNEL_SEEN
#define ANSWER CHANNEL_ANSWER
#define HELD CHANNEL_HELD
#define NAMED CHANNEL_NAMED
#define WISH CHANNEL_WISH
#define DOOR CHANNEL_DOOR
static const struct channel channels[] = {
#define CHANNEL(name, reporters, usual, desk, flags) \
	{ #name, reporters, usual, desk, flags },
#include "services/intake/rules_channels.def"
#undef CHANNEL
};

#define WAY KIND_WAY
#define LINE KIND_LINE
#define FORMER KIND_FORMER
#define WORDS KIND_WORDS
static const struct kind kinds[] = {
#define KIND(name, basis, flags) { #name, basis, flags },
#include "services/intake/rules_kinds.def"
#undef KIND
};
/* clang-format on */

const struct channel *
channel_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		if (str_is(name, channels[i].name))
			return &channels[i];
	never("a channel that is not in rules_channels.def");
}

bool
channel_is(struct str name, enum channel_flag flag)
{
	return (channel_of(name)->flags & flag) != 0;
}

const struct kind *
kind_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_is(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}
