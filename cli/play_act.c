/* One action of a played day: somebody publishes something. */
#include "cli/play.h"

#include "cli/cli.h"

static enum rc
publish_report(
    struct play *p, const struct written *w, struct outcome *out, struct err *e)
{
	struct buf box;
	enum rc rc;

	buf_init(&box, (size_t)64 * 1024);
	rc = publisher_seal(p->publisher, w->sealed, &box, e);
	if (rc == RC_OK)
		rc = publish_bytes(p->publisher, w->envelope, PART_SEALED,
		    buf_get(&box), out, e);
	buf_fini(&box);
	return rc;
}

/* The id says which action it is, so that a second play repeats it. */
static enum rc
publish_command(
    struct play *p, const struct action *a, struct outcome *out, struct err *e)
{
	struct str first =
	    *(const struct str *)msg_at(&a->desc->fields[0], a->msg);
	struct msg_envelope env = {
		.source = STR("/crew"),
		.id = arena_printf(p->arena, "%s-%.*s-%lld", a->desc->type,
		    STR_ARG(first), (long long)a->order),
		.time = a->at,
		.division = a->about != NULL ? a->about->division
					     : registry_county(p->registry),
	};

	return publish_one(p->publisher, &env, a->desc, a->msg, out, e);
}

enum rc
play_act(struct play *p, const struct action *a, struct err *e)
{
	struct outcome out;

	if (a->report != NULL)
		TRY(publish_report(p, a->report, &out, e));
	else
		TRY(publish_command(p, a, &out, e));
	p->published++;
	if (out.status != OUTCOME_REFUSED)
		return RC_OK;
	p->refused++;
	cli_say("%s refused: %s %s: %s",
	    a->report != NULL ? "report.submit" : a->desc->type, out.code,
	    out.field, out.reason);
	return RC_OK;
}
