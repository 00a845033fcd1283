#include "cli/tail_event.h"

#include <stdio.h>

void
tail_event_read(struct tail_event *ev)
{
	struct faults faults;

	ev->why[0] = '\0';
	faults_init(&faults);
	ev->readable =
	    envelope_decode(ev->bytes, MSG_LENIENT, &ev->env, &faults) == RC_OK;
	if (!ev->readable) {
		ev->env = (struct msg_envelope){ .type = { NULL, 0 } };
		(void)snprintf(ev->why, sizeof(ev->why), "%s, %.*s",
		    faults.code, str_precision(buf_get(&faults.text)),
		    faults.text.p != NULL ? faults.text.p : "");
	}
	faults_fini(&faults);
}

bool
tail_event_valid(const struct tail_event *ev, struct arena *arena)
{
	const struct msg_desc *d;
	void *msg;

	if (!ev->readable)
		return false;
	d = msg_find(ev->env.type);
	if (d == NULL)
		return true;
	arena_reset(arena);
	msg = arena_alloc(arena, d->size);
	must(msg != NULL);
	return msg_decode(d, ev->env.data, MSG_LENIENT, msg, arena, NULL) ==
	       RC_OK;
}
