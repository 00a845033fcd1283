#include "common/base/log.h"
#include "common/run/run.h"

#include "services/intake/desk.h"

#include <stdlib.h>

#define SCRATCH_MAX ((size_t)64 << 20)

static enum rc
open_vault(struct run *r, struct err *e)
{
	const struct conf *c = run_conf(r);
	struct intake *in = xcalloc(1, sizeof(*in));

	/* Before anything can fail, so that it is freed in any case. */
	run_set_private(r, in);
	in->scratch = arena_new(SCRATCH_MAX);
	return vault_open(&in->vault, c->intake_key, c->vault_key, e);
}

static void
close_vault(struct run *r)
{
	struct intake *in = run_private(r);

	if (in == NULL)
		return;
	vault_close(&in->vault);
	arena_free(&in->scratch);
	arena_free(&in->words_arena);
	free(in);
	run_set_private(r, NULL);
}

/*
 * Keys may have been changed; while a file is not sound, those that are
 * known go on.
 */
static enum rc
prepare(struct run *r, struct run_event *events, size_t n, struct err *e)
{
	struct intake *in = run_private(r);
	struct err why;

	if (vault_refresh(in->vault, &why) != RC_OK)
		log_why(LEVEL_ERROR, "vault.keys", why.text);
	TRY(seal_hear(r, in, events, n, e));
	return desk_look_up(r, events, n, e);
}

/* Who reports goes into the vault with the report, or not at all. */
static enum rc
finish(struct run *r, struct run_event *events, size_t n, size_t *n_sent,
    struct err *e)
{
	const struct intake *in = run_private(r);
	struct intake_identity *v =
	    arena_alloc(run_arena(r), (n + 1) * sizeof(*v));
	size_t k = 0;

	must(v != NULL);
	for (size_t i = 0; i < n; i++) {
		const struct run_event *ev = &events[i];
		const struct heard *h = ev->extra;

		if (seal_may_have(ev) && ev->decision.refused == NULL &&
		    h->identity.token.n > 0)
			v[k++] = h->identity;
	}
	*n_sent = intake_store_identities(
	    run_db(r), v, k, vault_newest(in->vault), run_arena(r));
	(void)e;
	return RC_OK;
}

const struct run_desc intake_service = {
	.name = "intake",
	.machine = &intake_machine,
	.queries = intake_store_queries,
	.open = open_vault,
	.close = close_vault,
	.whole = true, /* a duplicate may be anybody's */
	.prepare = prepare,
	.look = desk_look,
	.finish = finish,
};
