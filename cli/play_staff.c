/* The crew of a sandbox: no day of its own, but reports of whoever comes. */
#include "cli/play.h"

#include "cli/cli.h"

#include <unistd.h>

#define IDLE_MS 200
/* How long after the last report the clock still moves for its sake. */
#define PATIENCE_DAYS 60

void
play_count(
    struct play *p, struct memory *m, const struct msg_desc *desc, int64_t at)
{
	static const struct msg_desc *const ends[] = { &msg_report_refused_desc,
		&msg_report_answered_desc, &msg_report_merged_desc,
		&msg_casefile_archived_desc };

	if (desc == &msg_report_received_desc && !m->open) {
		m->open = true;
		p->n_open++;
		p->until = at + PATIENCE_DAYS * DAY_MS;
	}
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (desc == ends[i] && m->open) {
			m->open = false;
			p->n_open--;
		}
}

enum rc
play_staff(struct play *p, struct err *e)
{
	for (;;) {
		bool more = false;
		int64_t wake_at;
		enum rc rc = p->n_open > 0 ? play_step(p, &more, e)
					   : play_listen(p, &wake_at, e);

		if (rc == RC_RETRY)
			cli_say("%s", e->text);
		else if (rc != RC_OK)
			return rc;
		if (!more)
			(void)usleep(IDLE_MS * 1000);
	}
}
