/* A casefile in a few lines: what made it worth telling, and when. */
#ifndef CLI_SUMMARY_STORY_H
#define CLI_SUMMARY_STORY_H

#include "common/msg/envelope.h"
#include "common/registry/registry.h"

struct story_line;

struct story {
	struct story_line *first;
	struct story_line *last;
};

/* Adds a line if a fact of this type is one that is told; in ARENA. */
void story_add(struct story *s, const struct registry *registry,
    const struct msg_desc *d, const void *msg, int64_t at, struct arena *arena);
void story_print(const struct story *s);

#endif
