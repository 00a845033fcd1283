#include "cli/summary_story.h"

#include <stdio.h>

#define LINES_MAX 16

struct story_line {
	struct story_line *next;
	int64_t at;
	struct str text;
};

static const struct {
	const struct msg_desc *on;
	const char *words;
} told[] = {
	{ &msg_call_raised_desc, "the township calls" },
	{ &msg_call_reported_in_desc, "there" },
	{ &msg_call_unit_missed_desc, "never came" },
	{ &msg_card_issued_desc, "card" },
	{ &msg_card_deepened_desc, "card" },
	{ &msg_call_released_desc, "the township releases" },
	{ &msg_penalty_filed_desc, "case filed" },
	{ &msg_penalty_noticed_desc, "the party is told" },
	{ &msg_review_passed_desc, "legal review passed" },
	{ &msg_penalty_decided_desc, "decided" },
	{ &msg_mediation_applied_desc, "consent is asked" },
	{ &msg_mediation_accepted_desc, "all parties agree to mediate" },
	{ &msg_mediation_climbed_desc, "one level up" },
	{ &msg_agreement_made_desc, "agreement made" },
	{ &msg_agreement_performed_desc, "agreement performed" },
};

static struct str
text_field(const struct msg_desc *d, const void *msg, const char *name)
{
	const struct msg_field *f = msg_field(d, str_of(name));

	return f != NULL && f->type == WIRE_str
		   ? *(const struct str *)msg_at(f, msg)
		   : (struct str){ NULL, 0 };
}

static bool
is_late(const struct msg_desc *d, const void *msg)
{
	const struct msg_field *f = msg_field(d, STR("late"));

	return f != NULL && *(const bool *)msg_at(f, msg);
}

static const char *
words_of(const struct msg_desc *d, const void *msg)
{
	const struct msg_command_refused *no = msg;

	if (d == &msg_command_refused_desc &&
	    str_is(no->code, "REVIEW_MISSING"))
		return "decision refused: no legal review yet (art. 58)";
	if (d == &msg_command_refused_desc && str_is(no->code, "NOT_RELEASED"))
		return "leave refused: not released yet";
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (told[i].on == d)
			return told[i].words;
	return NULL;
}

void
story_add(struct story *s, const struct registry *registry,
    const struct msg_desc *d, const void *msg, int64_t at, struct arena *arena)
{
	const char *words = words_of(d, msg);
	struct str colour, unit;
	const struct row_unit *u;
	struct story_line *line;

	if (words == NULL)
		return;
	colour = text_field(d, msg, "colour");
	unit = text_field(d, msg, "unit");
	u = registry_unit(registry, unit, at);
	line = arena_alloc(arena, sizeof(*line));
	must(line != NULL);
	line->at = at;
	line->text = arena_printf(arena, "%.*s%s%s%s%s%.*s", STR_ARG(colour),
	    colour.n > 0 ? " " : "", words, is_late(d, msg) ? ", late" : "",
	    unit.n > 0 ? "  " : "", STR_ARG(u != NULL ? u->name_zh : unit));
	if (s->last != NULL)
		s->last->next = line;
	else
		s->first = line;
	s->last = line;
}

void
story_print(const struct story *s)
{
	char text[CLOCK_TEXT];
	size_t n = 0;

	for (const struct story_line *l = s->first; l != NULL && n < LINES_MAX;
	     l = l->next, n++)
		/* "2026-03-18T07:25:00+08:00": day and minute. */
		printf("    %.5s %.5s  %.*s\n", clock_format(l->at, text) + 5,
		    text + 11, STR_ARG(l->text));
}
