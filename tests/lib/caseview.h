/* What is known of one casefile, told event by event (cli/case.h). */
#ifndef TESTS_LIB_CASEVIEW_H
#define TESTS_LIB_CASEVIEW_H

#include "cli/case.h"
#include "cli/when.h"

#define N "330122-26-0000417"
#define T0 INT64_C(1773795600000) /* 2026-03-18T09:00+08:00 */
#define MIN MINUTE_MS

/* For cmocka: a test's state is the view. */
int caseview_setup(void **state);
int caseview_teardown(void **state);
/* Fact or command MSG, of D, came at AT. */
void caseview_say(
    struct case_view *v, int64_t at, const struct msg_desc *d, const void *msg);

#define SAY(v, at, m, ...)                                                     \
	caseview_say(                                                          \
	    (v), (at), &msg_##m##_desc, &(struct msg_##m){ __VA_ARGS__ })

#endif
