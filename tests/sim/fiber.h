/*
 * A process of the simulated machine: the real main() of a service on a
 * stack of its own.  It runs until it waits for something; then the
 * simulation goes on elsewhere.
 */
#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#include "common/base/base.h"

struct fiber;

struct fiber *fiber_new(void (*body)(void *arg), void *arg);
/* Also in the middle of its work: what it holds is lost, as in a crash. */
void fiber_free(struct fiber **fp);
/* Runs F until it waits or ends; false when it has ended. */
bool fiber_run(struct fiber *f);
/* Inside a fiber: back to whoever runs it. */
void fiber_wait(void);
/* The fiber that runs now, NULL outside. */
struct fiber *fiber_self(void);

#endif
