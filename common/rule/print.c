/* Looking at the tables themselves: pictures, and whether they are sound. */
#include "common/rule/machine.h"

#include <stdio.h>

static int
states_n(const struct thing *t)
{
	int n = 0;

	while (n < STATES_MAX && t->states[n] != NULL)
		n++;
	return n;
}

static void
dot_edge(
    const struct thing *t, const struct move *mv, int from, struct buf *out)
{
	int to = mv->to == STAY ? from : mv->to;

	buf_printf(out, "\t%s -> %s [label=\"%s%s%s\"];\n",
	    from == STATE_NEW ? "start" : t->states[from], t->states[to],
	    mv->on->type, mv->limit != NULL ? " " : "",
	    mv->limit != NULL ? mv->limit : "");
}

static bool
leaves(const struct machine *m, int thing, int state)
{
	for (size_t i = 0; i < m->n_moves; i++)
		if (m->moves[i].thing == thing &&
		    (m->moves[i].from & IN(state)) != 0)
			return true;
	return false;
}

void
machine_dot(const struct machine *m, int thing, struct buf *out)
{
	const struct thing *t = &m->things[thing];

	buf_printf(out, "digraph %s {\n\trankdir=LR;\n", t->name);
	buf_z(out, "\tstart [shape=point];\n");
	for (int s = 1; s < states_n(t); s++)
		buf_printf(out, "\t%s [shape=%s];\n", t->states[s],
		    leaves(m, thing, s) ? "box" : "doublecircle");
	for (size_t i = 0; i < m->n_moves; i++)
		for (int s = 0; s < states_n(t); s++)
			if (m->moves[i].thing == thing &&
			    (m->moves[i].from & IN(s)) != 0 &&
			    !(s == STATE_NEW && m->moves[i].to == STAY))
				dot_edge(t, &m->moves[i], s, out);
	buf_z(out, "}\n");
}

static bool
is_reached(const struct machine *m, int thing, int state)
{
	for (size_t i = 0; i < m->n_moves; i++)
		if (m->moves[i].thing == thing && m->moves[i].to == state)
			return true;
	return false;
}

const char *
machine_check(const struct machine *m)
{
	if (m->n_things > THINGS_MAX)
		return "too many things";
	for (size_t i = 0; i < m->n_moves; i++) {
		const struct move *mv = &m->moves[i];
		int n = states_n(&m->things[mv->thing]);

		if (mv->to >= n || mv->from >> n != 0 || mv->from == 0)
			return "a move between states that do not exist";
		if (mv->aim != AIM_ALONG &&
		    (mv->aim == AIM_NEW) != (mv->from == IN(STATE_NEW)))
			return "only AIM_NEW starts from new";
		if (mv->on->n_fields == 0 || mv->on->fields[0].type != WIRE_str)
			return "a message that does not begin with an id";
	}
	for (size_t t = 0; t < m->n_things; t++)
		for (int s = 1; s < states_n(&m->things[t]); s++)
			if (!is_reached(m, (int)t, s))
				return m->things[t].states[s];
	return NULL;
}
