#include "tests/lib/caseview.h"

#include <stdlib.h>

int
caseview_setup(void **state)
{
	struct case_view *v = xcalloc(1, sizeof(*v));

	v->number = STR(N);
	*state = v;
	return 0;
}

int
caseview_teardown(void **state)
{
	free(*state);
	return 0;
}

void
caseview_say(
    struct case_view *v, int64_t at, const struct msg_desc *d, const void *msg)
{
	const struct case_event ev = { .at = at,
		.env = { .type = str_of(d->type),
		    .subject = STR(N),
		    .division = STR("330122109") },
		.desc = d,
		.msg = msg };

	case_view_add(v, &ev);
}
