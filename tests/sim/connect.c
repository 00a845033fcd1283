/* Connections between clients and the simulated server. */
#include "tests/sim/people.h"
#include "tests/sim/pq.h"
#include "tests/sim/world.h"

struct session *
world_session(struct world *w, const char *who, void *listener)
{
	struct session *s;

	must(w->n_sessions < SESSIONS_MAX);
	s = session_new(&w->store, who, ++w->next_session, listener);
	w->session[w->n_sessions++] = s;
	return s;
}

bool
world_connect(const char *service, struct pg_conn *conn,
    struct session **session, int *number)
{
	struct world *w = the_world;
	size_t k = 0;

	while (k < CONNS_MAX && w->conn[k].conn != NULL)
		k++;
	must(k < CONNS_MAX && w->self != NULL);
	*number = (int)k;
	w->conn[k] = (struct conn_place){ conn, NULL, w->self };
	if (w->outage || w->n_sessions == SESSIONS_MAX)
		return false;
	*session = w->conn[k].session = world_session(w, service, conn);
	return true;
}

void
world_disconnect(int number)
{
	the_world->conn[number] = (struct conn_place){ .conn = NULL };
}

/* Sessions whose clients are gone, once they have worked everything off. */
void
world_sweep(struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_sessions; i++)
		if (w->session[i]->ended)
			session_free(&w->session[i]);
		else
			w->session[n++] = w->session[i];
	w->n_sessions = n;
}

static struct conn_place *
place_of(struct world *w, const struct session *s)
{
	for (size_t k = 0; k < CONNS_MAX; k++)
		if (w->conn[k].conn != NULL && w->conn[k].session == s)
			return &w->conn[k];
	return NULL;
}

static void
lose(struct world *w, struct session *s, bool silently)
{
	struct conn_place *place = place_of(w, s);

	if (place != NULL) {
		place->session = NULL;
		pq_lost(place->conn, silently);
	} else if (s->listener != NULL) {
		people_lost(w->people, s);
	}
}

void
connection_cut(struct world *w, struct session *s, size_t keep)
{
	lose(w, s, false);
	session_cut(s, keep);
}

void
listener_lost(struct session *s)
{
	if (s->listener == NULL)
		return;
	lose(the_world, s, false);
	s->listener = NULL;
}

void
listener_take(struct session *s, PGresult *res)
{
	if (strcmp(s->who, "people") == 0)
		people_take(the_world->people, s, res);
	else
		pq_take(s->listener, res);
}

void
connection_silence(struct world *w, struct session *s)
{
	struct conn_place *place = place_of(w, s);

	if (place == NULL)
		return;
	place->session = NULL;
	pq_lost(place->conn, true);
	/* The server still works off what it has, then waits in vain. */
	s->listener = NULL;
}
