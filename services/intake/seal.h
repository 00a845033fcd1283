/* Before the rules: opens what came sealed, and takes the names out. */
#ifndef INTAKE_SEAL_H
#define INTAKE_SEAL_H

#include "common/run/run.h"
#include "services/intake/rules.h"
#include "services/intake/rules_words.h"
#include "services/intake/store.h"
#include "services/intake/vault.h"

/* The service's own, for the length of the process. */
struct intake {
	struct vault *vault;
	struct arena *scratch; /* for one text */
	/* Made anew when the pack or the day changes. */
	struct arena *words_arena;
	struct words *words;
	struct str version;
	int64_t day;
	struct nearby *near;           /* of the batch; desk.c */
	struct intake_seats seats;     /* of it, too; desk_booking.c */
	struct intake_persons persons; /* and these; desk_caller.c */
};

/*
 * What one report.submit said, or who a booking.book is for.  The rules get
 * its first part as extra.
 */
struct heard {
	struct prepared p;
	struct msg_sealed_report given;
	struct intake_identity identity; /* token empty: nobody to keep */
	struct str person;               /* hex; empty: not known */
	const char *box_key;             /* of the vault's; opened the box */
};

/* EV may have a sealed part. */
bool seal_may_have(const struct run_event *ev);
/* Sets extra of all of those among the N events. */
enum rc seal_hear(struct run *r, struct intake *in, struct run_event *events,
    size_t n, struct err *e) MUST_CHECK;

/*
 * What PLAIN, opened or not there at all (zero), and the message itself
 * say: into H, all but proposals and duplicates.  In ARENA.
 */
void seal_tell(struct intake *in, const struct msg_report_submit *m,
    struct heard *h, struct arena *arena);

#endif
