/*
 * What was reported around here before, as it is by now: what the database
 * has, and what the events of the batch have made of it so far.
 */
#ifndef INTAKE_DESK_NEARBY_H
#define INTAKE_DESK_NEARBY_H

#include "services/intake/seal.h"

/* So many reports of one township are looked at; the newest. */
#define NEARBY_MAX 200

struct nearby;

/* What seal_hear() found of a report.submit; NULL for other events. */
struct heard *nearby_heard(const struct run_event *ev);
/* The report will be refused, whatever else is found. */
bool nearby_is_refused(struct run *r, const struct run_event *ev);

/* Everything that the batch may have to look through; in its arena. */
enum rc nearby_load(struct run *r, struct run_event *events, size_t n,
    struct nearby **out, struct err *e) MUST_CHECK;
/* The rules have seen EV: what they made of its folder. */
void nearby_note(
    struct run *r, struct nearby *near, const struct run_event *ev);
/*
 * The report that event I brings or decides on, right before the rules see
 * it; false: none that duplicates are looked for of.
 */
bool nearby_subject(struct run *r, struct run_event *events, size_t i,
    const struct nearby *near, struct sighting *s);
/* The report that event EV, a report.refuse, says is repeated. */
struct former nearby_former(
    const struct nearby *near, const struct run_event *ev);
/*
 * What was reported in TOWN before event I and is carried by an open
 * casefile, the newest first, at most NEARBY_MAX; the same whether the
 * events between came in this batch or in others.
 */
size_t nearby_reported(struct run *r, struct run_event *events, size_t i,
    const struct nearby *near, struct str town, struct sighting *out);

#endif
