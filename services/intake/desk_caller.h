/*
 * Who is behind the reports of one casefile: whoever called more than once
 * is called back once.
 */
#ifndef INTAKE_DESK_CALLER_H
#define INTAKE_DESK_CALLER_H

#include "services/intake/seal.h"

/* Who is known of those whom the batch may have called back. */
enum rc caller_load(struct run *r, const struct run_event *events, size_t n,
    struct intake_persons *out, struct err *e) MUST_CHECK;
/* Sets extra of event I when it may open callbacks. */
void caller_look(struct run *r, const struct intake_persons *known,
    struct run_event *events, size_t n, size_t i);

#endif
