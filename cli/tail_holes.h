/*
 * What a subscriber of some types missed (pure): each event tells the seq
 * of the one before it of the same type, and each heartbeat the last of
 * every type that had one since.
 */
#ifndef CLI_TAIL_HOLES_H
#define CLI_TAIL_HOLES_H

#include "common/base/str.h"

#define HOLES_TYPES_MAX 512
#define HOLES_TYPE_BYTES 65

struct tail_holes {
	int64_t base; /* all up to it is settled; -1: nothing is yet */
	size_t n;
	struct {
		char type[HOLES_TYPE_BYTES];
		int64_t last;
	} types[HOLES_TYPES_MAX];
};

void holes_begin(struct tail_holes *h);
/* Seq up to which all of TYPE is settled; -1: that is not known yet. */
int64_t holes_last(const struct tail_holes *h, struct str type);
/* Event SEQ of TYPE has come, and nothing of TYPE before it is missed. */
void holes_saw(struct tail_holes *h, struct str type, int64_t seq);
/* Everything up to SEQ is settled, whatever its type. */
void holes_settle(struct tail_holes *h, int64_t seq);
/* SEQ of TYPE is said to exist: was it missed? */
bool holes_missed(const struct tail_holes *h, struct str type, int64_t seq);

#endif
