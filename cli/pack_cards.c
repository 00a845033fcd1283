/* What gives a card (督办单) or a talk: names that somebody asks for. */
#include "cli/pack_check.h"

/* clang-format off */
static const struct trigger {
	const char *name;
	bool limit; /* need not have a line */
} triggers[] = {
#define TRIGGER_NAMED(name) { name, false },
#define TRIGGER_LIMIT(name) { name, true },
#include "schemas/pack/triggers.def"
#undef TRIGGER_NAMED
#undef TRIGGER_LIMIT
};
/* clang-format on */

static bool
is_known(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(triggers); i++)
		if (str_is(name, triggers[i].name))
			return true;
	return false;
}

static bool
has_line(const struct pack *p, const char *name)
{
	for (size_t i = 0; i < p->tables[TABLE_card_trigger].n; i++)
		if (str_is(((const struct row_card_trigger *)pack_row(
				p, TABLE_card_trigger, i))
			       ->trigger,
			name))
			return true;
	return false;
}

void
pack_check_cards(struct pack *p)
{
	const struct csv_place start = { 1, 1 };
	size_t n = p->tables[TABLE_card_trigger].n;

	for (size_t i = 0; i < n; i++) {
		const struct row_card_trigger *row =
		    pack_row(p, TABLE_card_trigger, i);

		if (row->trigger.n > 0 && !is_known(row->trigger))
			pack_fault_at(p, TABLE_card_trigger, i, "trigger",
			    "trigger: nothing asks for \"%.*s\"",
			    STR_ARG(pack_shown(row->trigger)));
	}
	/* Without the file that is the fault, not each name. */
	for (size_t i = 0; n > 0 && i < ARRAY_LEN(triggers); i++)
		if (!triggers[i].limit && !has_line(p, triggers[i].name))
			pack_fault(p, registry_files[TABLE_card_trigger].file,
			    start,
			    "no trigger \"%s\", which the services ask for",
			    triggers[i].name);
}
