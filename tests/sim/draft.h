/* One command under way: fields as text become a message. */
#ifndef SIM_DRAFT_H
#define SIM_DRAFT_H

#include "tests/sim/command.h"

/* Everything of one command under way. */
struct draft {
	struct world *w;
	struct arena *arena;
	const struct table *table; /* of the thing; NULL: none */
	const struct version *row;
	const struct msg_desc *desc;
	void *msg;
	struct str subject;
	struct str division;
	struct str sealed; /* plain text of the part beside it */
	bool hasty;        /* speaks before others are answered */
};

/* 0 to N - 1. */
uint64_t draft_throw(struct draft *d, uint64_t n);
/* One of the pieces between "~". */
struct str draft_one_of(struct draft *d, struct str text);
void draft_begin(struct draft *d, const struct msg_desc *desc);
void draft_set(struct draft *d, const char *name, struct str value);
/* "name=value; name=value" as commands.def has it. */
void draft_fill(struct draft *d, struct str text);
/* DESC about the thing ID, by its line of commands.def. */
void draft_about(struct draft *d, const struct msg_desc *desc, struct str id);
/* Something about no thing. */
void draft_alone(struct draft *d);
/* Any type that commands.def has. */
const struct msg_desc *draft_any_type(struct draft *d);

/* Nothing that was said about CASEFILE waits for SERVICE, by its place. */
bool draft_is_idle(const struct world *w, size_t service, struct str casefile);
/* draft_bundle.c: in some worlds one begins; false: not now. */
bool draft_bundle(struct draft *d);
/* In these a row of a bundle that is to end; its table. */
const char *draft_through(struct draft *d);
/* report.c: of words that match each other, now and then. */
void draft_report(struct draft *d);

/* letter.c: the envelope as the bus would have made it canonical. */
struct letter *draft_post(struct draft *d, const char *id);

#endif
