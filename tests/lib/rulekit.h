/*
 * Rules without bus, database or clock: a small world in memory that a test
 * drives message by message, and asks what came of it.
 */
#ifndef TESTS_RULEKIT_H
#define TESTS_RULEKIT_H

#include "common/rule/machine.h"

struct kit;

/* REGISTRY is borrowed (see county.h).  Time starts at 2026-03-18 09:00. */
struct kit *kit_new(const struct machine *m, const struct registry *registry);
void kit_free(struct kit **kp);

/* RFC 3339; every later message is recorded at this time. */
void kit_at(struct kit *k, const char *time);
int64_t kit_now(const struct kit *k);
/* Division and casefile of the messages that follow. */
void kit_place(struct kit *k, const char *division);
void kit_case(struct kit *k, const char *casefile);
/* For services with a prepare() hook. */
void kit_extra(struct kit *k, const void *extra);

/* Sends one message; MSG is a struct of DESC's type.  True if it applied. */
bool kit_send(struct kit *k, const struct msg_desc *desc, const void *msg);
#define KIT_SEND(k, m, ...)                                                    \
	kit_send((k), &msg_##m##_desc, &(struct msg_##m){ __VA_ARGS__ })
/* Fires limit NAME of THING: which is "overdue", "due_soon" or "lapsed". */
bool kit_fire(
    struct kit *k, const char *which, const char *thing, const char *name);
/* Moves time to the next armed deadlines up to TIME and fires them all,
 * feeding deadline facts (and nothing else) back.  Returns how many. */
size_t kit_run_until(struct kit *k, const char *time);

/* What the last message led to. */
size_t kit_n(const struct kit *k);            /* facts said */
const char *kit_refusal(const struct kit *k); /* code, or "" */
bool kit_allowed(const struct kit *k, const char *command);
/* The I-th fact of type DESC said by the last message; NULL: none. */
const void *kit_said(
    const struct kit *k, const struct msg_desc *desc, size_t i);
#define KIT_SAID(k, m, i)                                                      \
	((const struct msg_##m *)kit_said((k), &msg_##m##_desc, (i)))
/* How often it was said since the beginning. */
size_t kit_total(const struct kit *k, const struct msg_desc *desc);

/* State of a thing, "" when there is none; its row. */
const char *kit_state(const struct kit *k, const char *id);
const struct row_head *kit_row(const struct kit *k, const char *id);
/* When armed limit NAME of THING is due, as RFC 3339; "" if not armed. */
const char *kit_due(const struct kit *k, const char *thing, const char *name);
/* Whom it binds; "" if not armed. */
const char *kit_bound(const struct kit *k, const char *thing, const char *name);
/* And where. */
const char *kit_place_of(
    const struct kit *k, const char *thing, const char *name);
/* Every refusal code seen so far; for "each reason is hit by a row". */
bool kit_has_refused(const struct kit *k, const char *code);

#endif
