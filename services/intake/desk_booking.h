/* Which seats of a day are taken, by what the batch has led to so far. */
#ifndef INTAKE_DESK_BOOKING_H
#define INTAKE_DESK_BOOKING_H

#include "services/intake/seal.h"

/* The seats of all days that the N events ask for, as the batch found them. */
enum rc booking_load(struct run *r, const struct run_event *events, size_t n,
    struct intake_seats *out, struct err *e) MUST_CHECK;
/* Sets extra of event I if it asks for a seat. */
void booking_look(struct run *r, const struct intake_seats *seats,
    struct run_event *events, size_t n, size_t i);

#endif
