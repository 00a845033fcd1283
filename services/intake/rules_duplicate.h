/* Whether two reports are about the same thing at the same place (pure). */
#ifndef INTAKE_RULES_DUPLICATE_H
#define INTAKE_RULES_DUPLICATE_H

#include "common/registry/registry.h"

/* A report as far as that question goes.  Strings are borrowed. */
struct sighting {
	struct str report;
	struct str casefile; /* that it belongs to; empty: none yet */
	struct str matter;   /* of the casefile; empty: not decided */
	struct str division;
	struct str place; /* scrubbed, as is text */
	struct str text;
	struct str person; /* a hash of who says it; may be empty */
	double lat;
	double lon;
	int64_t at;
	const struct words_of *words; /* made by sighting_read() */
};

/* A casefile that a report may belong to. */
struct duplicate {
	struct str casefile;
	struct str matter;
	const char *why; /* same_place, same_division or same_text */
	bool sure;       /* whatever the matter may be */
	size_t score;
};

/* Finds the words of S, which the comparing needs; in ARENA. */
void sighting_read(struct sighting *s, const struct registry *r, int64_t at,
    struct arena *arena);

/*
 * The casefiles among the N sightings OLD that NEW may be about, best first,
 * in ARENA; returns how many.  Each once.
 */
size_t duplicates_find(const struct sighting *new, const struct sighting *old,
    size_t n, const struct registry *r, struct arena *arena,
    const struct duplicate **found);

/* What lies somewhere; a quarrel or a question is everybody's own. */
bool duplicates_have_place(const struct row_matter *matter);

/* The best of them when the matter is known to be MATTER; NULL: none. */
const struct duplicate *duplicates_with(
    const struct duplicate *v, size_t n, const struct row_matter *matter);
/* And when it is not known. */
const struct duplicate *duplicates_sure(const struct duplicate *v, size_t n);

#endif
