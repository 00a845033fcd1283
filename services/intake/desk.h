/*
 * Before the rules: what a clerk would look up.  Which matters fit the text,
 * and what else was reported around here.
 */
#ifndef INTAKE_DESK_H
#define INTAKE_DESK_H

#include "services/intake/seal.h"

/* After seal_hear(): proposals, and what duplicates are looked for among. */
enum rc desk_look_up(struct run *r, struct run_event *events, size_t n,
    struct err *e) MUST_CHECK;
/*
 * Before the rules see event I: its duplicates, by all that the ones before
 * it have led to, whichever batch they were in.
 */
void desk_look(struct run *r, struct run_event *events, size_t n, size_t i);

#endif
